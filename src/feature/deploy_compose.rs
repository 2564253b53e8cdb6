//! One machine with Docker Compose: the image, a load balancer, and monitoring.

use super::shared::{ALERTMANAGER_SERVER, PROMETHEUS_SERVER};
use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Monitoring, Value};
use crate::part::{Condition, Drain, Indicator, Layer, Limits, Panel, Scope, Section, Server, Unit};

pub(super) const DEPLOY_COMPOSE: Feature = Feature {
    id: "deploy-compose",
    wanted: Wanted::Value(
        Value::Deploy(Deploy::Compose),
        Offer {
            label: "Docker Compose",
            clause: "one machine: image, HAProxy, rolling restart",
            cost: "an image and HAProxy in front, on one machine",
            why: "The whole deployment on one machine or laptop: load balancer, health checks, rolling restart.",
            pick: "when one machine is enough, or to try the deployment on a laptop",
        },
    ),
    contribute: |stack, parts| {
        parts.servers.push(Server::deployed("haproxy", "the load balancer, on port 8080", "haproxy:3.0"));
        parts.drain = Some(DRAIN);
        limit(&mut parts.limits);
        // Clients see what HAProxy answers, also when no copy of the service does.
        parts.indicator = Some(Indicator {
            name: "haproxy_frontend_http_responses_total",
            labels: "job=\"haproxy\",proxy=\"public\"",
        });
        parts.symptoms.of("load-balancer").page(
            "LoadBalancerIsDown",
            "The load balancer is down",
            "HAProxy has not answered for a minute of the last five, so no client gets through",
            Condition::Written(Scope::Everything),
        );
        parts.symptoms.of("load-balancer").page(
            "NoReplicaIsReady",
            "No replica is ready",
            "HAProxy found no copy of the service ready and answered 503 itself",
            Condition::Written(Scope::Everything),
        );
        match stack.monitoring {
            Monitoring::Prometheus => {
                parts.volumes.push("silences");
                for panel in load_balancer() {
                    parts.dashboards.add("load-balancer", panel);
                }
                parts.servers.extend([
                    PROMETHEUS_SERVER,
                    ALERTMANAGER_SERVER,
                    Server::deployed("grafana", "shows the dashboard", "grafana/grafana:12.1.1"),
                ]);
            }
            Monitoring::None => {}
        }
    },
};

/// HAProxy notices within two seconds that a replica is no longer ready.
const DRAIN: Drain = Drain::new(5, 30);

fn load_balancer() -> [Panel; 5] {
    let lines =
        |title, description, unit| Panel::new(Section::Parts, title, description, unit).runbook("load-balancer");
    let rate = |counter: &str, labels: &str| {
        format!("sum(rate(haproxy_{counter}{{job=\"haproxy\",{labels}}}[$__rate_interval]))")
    };
    let responses = "frontend_http_responses_total";
    [
        lines("Responses to clients", "By class of status, those that HAProxy made itself included.", Unit::PerSecond)
            .query(&rate(responses, "proxy=\"public\"").replacen("sum(", "sum by (code) (", 1), "{{code}}")
            .stacked(),
        lines("Replicas ready", "Those that HAProxy sends requests to.", Unit::Count)
            .query("haproxy_backend_active_servers{job=\"haproxy\",proxy=\"app\"}", "ready"),
        lines("Connections of clients", "HAProxy accepts at most 4,000.", Unit::Count)
            .query("haproxy_frontend_current_sessions{job=\"haproxy\",proxy=\"public\"}", "open")
            .limit(4000.0),
        lines("Requests that wait", "For a place at a replica; after 2 s they are answered 503.", Unit::Count)
            .query("haproxy_backend_current_queue{job=\"haproxy\",proxy=\"app\"}", "waiting"),
        lines("Repeated and failed", "Requests sent again, sent to another replica, or not answered.", Unit::PerSecond)
            .query(&rate("backend_retry_warnings_total", "proxy=\"app\""), "sent again")
            .query(&rate("backend_redispatch_warnings_total", "proxy=\"app\""), "to another replica")
            .query(&rate("backend_connection_errors_total", "proxy=\"app\""), "no connection")
            .query(&rate("backend_response_errors_total", "proxy=\"app\""), "no valid answer"),
    ]
}

fn limit(limits: &mut Limits) {
    for (what, limit, then) in [
        ("HAProxy: a request's header", "10 s", "408"),
        ("HAProxy: an idle connection", "60 s", "closed, before the service would close it (75 s)"),
        (
            "HAProxy: an answer of the service",
            "`REQUEST_SECONDS` in `deploy/.env` + 5 s: 15 s",
            "504; the service itself ends it 5 s earlier",
        ),
        ("HAProxy: a place at the service", "2 s", "503"),
        ("HAProxy: a connection to the service", "1 s", "another replica, or 503"),
    ] {
        limits.time_out(Layer::LoadBalancer, what, limit, then);
    }
    let grace = "killed; longer than the whole shutdown below";
    limits.time_out(Layer::GracePeriod, "Docker: from SIGTERM to SIGKILL", "30 s", grace);
    limits.bound("memory of a replica", "256 MiB", "killed and restarted");
    limits.bound("processes, and open files, of a container", "512, and 16,384", "refused by the kernel");
    limits.bound("logs on the host", "3 files of 10 MB for each container", "the oldest is deleted");
    limits.bound("logs of replaced replicas, in `deploy/logs`", "50 files", "the oldest is deleted");
}
