//! Kubernetes: manifests for kustomize, with an overlay for each environment.

mod settings;

use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Value};
use crate::part::{Condition, Drain, Layer, Scope};

pub(super) const DEPLOY_KUBERNETES: Feature = Feature {
    id: "deploy-kubernetes",
    wanted: Wanted::Value(
        Value::Deploy(Deploy::Kubernetes),
        Offer {
            label: "Kubernetes",
            clause: "a cluster: manifests, autoscaling, rolling update",
            cost: "an image, and manifests for a cluster with a gateway; servers for data are rented or run elsewhere",
            why: "Several hosts, replicas that follow the load, and a rollout that stops when the new version is not ready.",
            pick: "when there is a cluster, and a team that runs it",
        },
    ),
    contribute: |_, parts| {
        parts.target_variables = Some(settings::variables);
        parts.drain = Some(DRAIN);
        let (ready, place) = ("a rollout: the next replica becomes ready", "300 s, in `deploy/base/deployment.yaml`");
        parts.limits.time_out(Layer::Deploy, ready, place, "the previous version runs again");
        let whole = "504; the service itself ends it 5 s earlier";
        parts.limits.time_out(
            Layer::LoadBalancer,
            "the gateway: a request",
            "15 s, in `deploy/base/route.yaml`",
            whole,
        );
        let grace = "killed; longer than the whole shutdown below, in which `DRAIN_DELAY` is 15 s";
        parts.limits.time_out(Layer::GracePeriod, "Kubernetes: from SIGTERM to SIGKILL", "45 s", grace);
        parts.limits.bound("memory of a replica", "256 MiB", "killed and restarted");
        parts.limits.bound("replicas", "4, in `deploy/base/autoscaler.yaml`", "requests over their capacity are shed");
        parts.symptoms.of("cluster").page(
            "NoReplicaIsReady",
            "No replica is ready",
            "No replica was ready for 45 seconds of the last five minutes, so clients get 503 from the gateway",
            Condition::Written(Scope::Everything),
        );
    },
};

/// Load balancers of clouds notice later than in 5 s that a replica is no longer ready.
const DRAIN: Drain = Drain::new(15, 45);
