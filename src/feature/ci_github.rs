//! GitHub Actions: tests, lints, supply chain, and with a deployment its image and rollout.

use super::{Feature, Offer, Wanted};
use crate::choice::{Ci, Value};

pub(super) const CI_GITHUB: Feature = Feature {
    id: "ci-github",
    wanted: Wanted::Value(
        Value::Ci(Ci::Github),
        Offer {
            label: "GitHub Actions",
            clause: "tests, lints and supply chain on every change",
            cost: "workflows for tests, lints and the supply chain",
            why: "Every change is tested before it is merged, with actions pinned by digest.",
            pick: "when the code is on GitHub",
        },
    ),
    contribute: |_, _| {},
};
