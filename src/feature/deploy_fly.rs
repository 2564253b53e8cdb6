//! Fly.io: an app of machines that run the image, behind the proxy of the platform.

mod secrets;

use super::shared::{ALERTMANAGER_SERVER, PROMETHEUS_SERVER};
use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Monitoring, Value};
use crate::part::{Drain, Layer, Limits};

pub(super) const DEPLOY_FLY: Feature = Feature {
    id: "deploy-fly",
    wanted: Wanted::Value(
        Value::Deploy(Deploy::Fly),
        Offer {
            label: "Fly.io",
            clause: "rented machines, a public address with TLS",
            cost: "an image, one file of settings, and an account; PostgreSQL and other servers are rented or run elsewhere",
            why: "A public address with TLS and two machines behind it, without a host to look after.",
            pick: "when neither hosts nor a cluster are to be run",
        },
    ),
    contribute: |stack, parts| {
        parts.target_variables = Some(secrets::variables);
        parts.drain = Some(DRAIN);
        limit(stack.replicas(), &mut parts.limits);
        match stack.monitoring {
            Monitoring::Prometheus => parts.servers.extend([PROMETHEUS_SERVER, ALERTMANAGER_SERVER]),
            Monitoring::Otlp | Monitoring::Datadog | Monitoring::None => {}
        }
    },
};

/// The proxy asks every 5 s whether a machine is ready, and learns at once that one is being stopped.
const DRAIN: Drain = Drain::new(5, 35);

fn limit(machines: u32, limits: &mut Limits) {
    let idle = "closed, before the service would close it (75 s)";
    limits.time_out(Layer::LoadBalancer, "the proxy of Fly.io: an idle connection", "60 s, in `fly.toml`", idle);
    let grace = "killed; longer than the whole shutdown below";
    limits.time_out(Layer::GracePeriod, "Fly.io: from SIGTERM to SIGKILL", "35 s, in `fly.toml`", grace);
    let then = if machines > 1 {
        "the proxy sends further ones to another machine"
    } else {
        "the proxy sends it no further ones"
    };
    limits.bound("requests at a machine", "512, in `fly.toml`", then);
    limits.bound("memory of a machine", "512 MiB", "the process is killed and restarted");
}
