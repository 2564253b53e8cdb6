//! One machine with Docker Compose: the image, a load balancer, and what watches them.

use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Value};

pub(super) const DEPLOY_COMPOSE: Feature = Feature {
    id: "deploy-compose",
    wanted: Wanted::Value(
        Value::Deploy(Deploy::Compose),
        Offer {
            label: "Docker Compose",
            cost: "an image and HAProxy in front, on one machine",
            why: "The whole deployment on one machine or laptop: load balancer, health checks, rolling restart.",
        },
    ),
    contribute: |_| {},
};
