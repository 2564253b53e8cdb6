//! GitLab CI: tests, lints, supply chain, releases, and with a deployment its image and rollout.

use super::{Feature, Offer, Wanted};
use crate::choice::{Ci, Value};

pub(super) const CI_GITLAB: Feature = Feature {
    id: "ci-gitlab",
    wanted: Wanted::Value(
        Value::Ci(Ci::Gitlab),
        Offer {
            label: "GitLab CI",
            clause: "tests, lints and supply chain on every change",
            cost: "a pipeline for tests, lints and the supply chain",
            why: "Every change is tested before it is merged, in one pipeline that also deploys it.",
            pick: "when the code is on GitLab",
        },
    ),
    contribute: |_, _| {},
};
