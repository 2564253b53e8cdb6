//! One machine with Docker Compose: the image, a load balancer, and monitoring.

use super::shared::{ALERTMANAGER_SERVER, PROMETHEUS_SERVER};
use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Monitoring, Value};
use crate::part::{Drain, Layer, Limits, Server};

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
        match stack.monitoring {
            Monitoring::Prometheus => {
                parts.volumes.push("silences");
                parts.servers.extend([
                    PROMETHEUS_SERVER,
                    ALERTMANAGER_SERVER,
                    Server::deployed("grafana", "shows the dashboard", "grafana/grafana:12.1.1"),
                ]);
            }
            Monitoring::Otlp => {
                parts.servers.push(COLLECTOR_SERVER);
                parts.settings.deploy("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
            }
            Monitoring::Datadog | Monitoring::None => {}
        }
    },
};

/// Its distribution that can read what HAProxy exports.
const COLLECTOR_SERVER: Server =
    Server::deployed("collector", "passes telemetry on", "otel/opentelemetry-collector-contrib:0.130.0");

/// HAProxy notices within two seconds that a replica is no longer ready.
const DRAIN: Drain = Drain::new(5, 30);

fn limit(limits: &mut Limits) {
    let failed = "the roll fails; the old replicas continue to serve";
    limits.time_out(Layer::Deploy, "a roll: a new replica becomes ready", "120 s, in `deploy/roll.sh`", failed);
    let grace = "killed; longer than the whole shutdown below";
    limits.time_out(Layer::GracePeriod, "Docker: from SIGTERM to SIGKILL", "30 s", grace);
    limits.bound("memory of a replica", "256 MiB", "killed and restarted");
    limits.bound("processes, and open files, of a container", "512, and 16,384", "refused by the kernel");
    limits.bound("logs on the host", "3 files of 10 MB for each container", "the oldest is deleted");
    limits.bound("logs of replaced replicas, in `deploy/logs`", "50 files", "the oldest is deleted");
}
