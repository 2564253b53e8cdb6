//! AWS: ECS on Fargate behind an Application Load Balancer, described by CloudFormation.

mod settings;

use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Value};
use crate::part::{Condition, Drain, Layer, Scope};

pub(super) const DEPLOY_AWS: Feature = Feature {
    id: "deploy-aws",
    wanted: Wanted::Value(
        Value::Deploy(Deploy::Aws),
        Offer {
            label: "AWS",
            clause: "ECS on Fargate: load balancer, autoscaling, roll-back",
            cost: "an image, and a stack of CloudFormation in an account of AWS; servers for data are rented",
            why: "No hosts to run: replicas that follow the load, and a deployment that rolls itself back.",
            pick: "when what it needs is on AWS, and no cluster has to be run",
        },
    ),
    contribute: |_, parts| {
        parts.target_variables = Some(settings::variables);
        parts.drain = Some(DRAIN);
        let ready = "ECS: a new replica becomes ready";
        parts.limits.time_out(
            Layer::Deploy,
            ready,
            "300 s, in `deploy/stack.yaml`",
            "replaced; a deploy is rolled back",
        );
        for (what, limit, then) in [
            ("the load balancer: an idle connection", "60 s", "closed, before the service would close it (75 s)"),
            ("the load balancer: a response", "60 s without a byte", "504; the service itself ends it earlier"),
        ] {
            parts.limits.time_out(Layer::LoadBalancer, what, limit, then);
        }
        let grace = "killed; longer than the whole shutdown below";
        parts.limits.time_out(Layer::GracePeriod, "ECS: from SIGTERM to SIGKILL", "35 s", grace);
        parts.limits.bound("memory of a replica", "512 MiB", "killed and replaced");
        parts.limits.bound(
            "replicas",
            "4, `MostReplicas` in `deploy/stack.yaml`",
            "requests over their capacity are shed",
        );
        parts.symptoms.of("ecs").page(
            "NoReplicaIsReady",
            "No replica is ready",
            "No replica serves requests, so clients get 503 from the load balancer",
            Condition::Written(Scope::Everything),
        );
    },
};

/// ECS takes a replica out of the load balancer before it sends SIGTERM; requests that were on their way arrive later.
const DRAIN: Drain = Drain::new(5, 35);
