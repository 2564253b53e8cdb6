//! HAProxy in front of the replicas: what it reports, its time-outs, and the alerts about it.

use super::{Feature, Wanted};
use crate::choice::Monitoring;
use crate::part::{Condition, Indicator, Layer, Limits, Panel, Scope, Section, Unit};
use crate::target::Balancer;

/// The responses of HAProxy.
pub(super) const INDICATOR: Indicator = Indicator {
    name: "haproxy_frontend_http_responses_total",
    labels: "job=\"haproxy\",proxy=\"public\"",
    scope: "HAProxy counts the responses to clients, also those to probes through it; durations are without probes.",
};

pub(super) const LOAD_BALANCER: Feature = Feature {
    id: "load-balancer",
    wanted: Wanted::Where(|stack| stack.deploy.target().balancer.is_some()),
    contribute: |stack, parts| {
        if let Some(balancer) = stack.deploy.target().balancer {
            limit(&mut parts.limits, balancer);
        }
        parts.symptoms.of("load-balancer").page(
            "LoadBalancerIsDown",
            "The load balancer is down",
            "HAProxy did not answer for a minute of the last five, so no client got through",
            Condition::Written(Scope::Everything),
        );
        parts.symptoms.of("load-balancer").page(
            "NoReplicaIsReady",
            "No replica is ready",
            "No replica was ready for 45 seconds of the last five minutes, so HAProxy answered 503",
            Condition::Written(Scope::Everything),
        );
        match stack.monitoring {
            Monitoring::Prometheus | Monitoring::Otlp => {
                for panel in panels() {
                    parts.dashboards.add("load-balancer", panel);
                }
            }
            Monitoring::Datadog | Monitoring::None => {}
        }
    },
};

fn limit(limits: &mut Limits, balancer: Balancer) {
    for (what, limit, then) in [
        ("HAProxy: a request's header", "10 s", "408"),
        ("HAProxy: an idle connection", "60 s", "closed, before the service would close it (75 s)"),
        ("HAProxy: an answer of the service", balancer.response_timeout, "504; the service itself ends it 5 s earlier"),
        ("HAProxy: a place at the service", "2 s", "503"),
        ("HAProxy: a connection to the service", "1 s", "another replica, or 503"),
    ] {
        limits.time_out(Layer::LoadBalancer, what, limit, then);
    }
    let over = "wait for a place at the service, at most 2 s";
    limits.bound("HAProxy: requests at a replica", "900, between `MAX_IN_FLIGHT` and `MAX_CONNECTIONS`", over);
    limits.bound("HAProxy: connections of clients", "4,000", "wait in the kernel's queue");
}

fn panels() -> [Panel; 5] {
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
