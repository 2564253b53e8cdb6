// The load test for a service on another machine, with k6 (https://k6.io).
//
//     k6 run --env HOST=http://127.0.0.1:8080 --env RATE=100 ops/load/k6.js
//
// An open loop: requests start on schedule, whether or not the service keeps up. A refused request has failed. The run
// fails if more than one request in a thousand fails, or if p99 exceeds 250 ms: the objective.

import { check } from "k6";
import http from "k6/http";

const HOST = __ENV.HOST || "http://127.0.0.1:8080";
const PATH = __ENV.LOAD_PATH || "/greet?name=Ada";

export const options = {
  scenarios: {
    steady: {
      executor: "constant-arrival-rate",
      rate: Number(__ENV.RATE || 100),
      timeUnit: "1s",
      duration: "30s",
      preAllocatedVUs: 100,
      maxVUs: 1000,
    },
  },
  thresholds: {
    http_req_failed: ["rate<0.001"],
    http_req_duration: ["p(99)<250"],
    dropped_iterations: ["count==0"],
  },
};

export default function () {
  const answer = http.get(HOST + PATH);
  check(answer, { "status is 200": ({ status }) => status === 200 });
}
