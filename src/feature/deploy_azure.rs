//! Azure Container Apps: a description of the app, and a version that gets the requests when it is ready.

mod secrets;

use super::shared::PROMETHEUS_SERVER;
use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Monitoring, Value};
use crate::part::{Drain, Layer, Server};

pub(super) const DEPLOY_AZURE: Feature = Feature {
    id: "deploy-azure",
    wanted: Wanted::Value(
        Value::Deploy(Deploy::Azure),
        Offer {
            label: "Azure Container Apps",
            clause: "no hosts, replicas that follow the load",
            cost: "an image, an environment of Container Apps, a registry and a Key Vault; servers for data are rented",
            why: "Replicas that follow the load, without a cluster, and a version that gets requests only when it is ready.",
            pick: "when the rest of the system is on Azure",
        },
    ),
    contribute: |stack, parts| {
        parts.target_variables = Some(match stack.monitoring {
            Monitoring::Prometheus => {
                parts.servers.push(Server { purpose: "sends the metrics of a replica on", ..PROMETHEUS_SERVER });
                secrets::with_metrics
            }
            Monitoring::Datadog => secrets::with_datadog,
            Monitoring::Otlp | Monitoring::None => secrets::alone,
        });
        parts.drain = Some(DRAIN);
        let whole = "504; the service itself ends it long before";
        parts.limits.time_out(Layer::LoadBalancer, "the ingress of Container Apps: a request", "240 s, fixed", whole);
        let grace = "killed; longer than the whole shutdown below";
        let place = "35 s, in `deploy/container-app.yaml`";
        parts.limits.time_out(Layer::GracePeriod, "Container Apps: from SIGTERM to SIGKILL", place, grace);
        parts.limits.bound("memory of a replica", "1 GiB", "killed and restarted");
        let then = "requests over their capacity are shed";
        parts.limits.bound("replicas", "4, in `deploy/container-app.yaml`", then);
    },
};

/// The ingress stops sending requests to a version before its replicas get SIGTERM.
const DRAIN: Drain = Drain::new(5, 35);
