//! One machine with Docker Compose: the image, a load balancer, and what watches them.

use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Monitoring, Value};
use crate::part::Service;

pub(super) const DEPLOY_COMPOSE: Feature = Feature {
    id: "deploy-compose",
    wanted: Wanted::Value(
        Value::Deploy(Deploy::Compose),
        Offer {
            label: "Docker Compose",
            clause: "one machine: image, HAProxy, rolling restart",
            cost: "an image and HAProxy in front, on one machine",
            why: "The whole deployment on one machine or laptop: load balancer, health checks, rolling restart.",
            pick: "when one machine carries it, or to try the deployment on a laptop",
        },
    ),
    contribute: |stack, parts| {
        parts.services.push(Service { name: "haproxy", purpose: "the load balancer, on port 8080" });
        match stack.monitoring {
            Monitoring::Prometheus => parts.services.extend([
                Service { name: "prometheus", purpose: "stores metrics and evaluates the alert rules" },
                Service { name: "grafana", purpose: "shows the dashboard" },
            ]),
            Monitoring::None => {}
        }
    },
};
