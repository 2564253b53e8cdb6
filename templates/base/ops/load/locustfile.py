"""The load test for a service on another machine, with Locust (https://locust.io).

    locust --locustfile ops/load/locustfile.py --headless --users 100 --spawn-rate 100 --run-time 30s --host http://127.0.0.1:8080

Each user sends one request a second, so `--users` is the rate. A refused request has failed. The run fails if more than
one request in a thousand fails, or if p99 exceeds 250 ms: the objective.
"""

import os

from locust import HttpUser, constant_pacing, events, task

PATH = os.environ.get("LOAD_PATH", "/greet?name=Ada")

class Client(HttpUser):
    # On a schedule. A user that waits for an answer for more than a second is late and sends fewer: such a run fails
    # by its p99.
    wait_time = constant_pacing(1)

    @task
    def get(self):
        self.client.get(PATH)

@events.quitting.add_listener
def judge(environment, **_):
    total = environment.stats.total
    slow = total.get_response_time_percentile(0.99) or 0
    if total.num_requests == 0 or total.fail_ratio > 0.001 or slow > 250:
        environment.process_exit_code = 1
