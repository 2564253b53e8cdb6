//! Links to the runbook that open outside of the repository: one script for whatever shows alerts.

use super::{Feature, Wanted};
use crate::choice::{Deploy, Monitoring};

pub(super) const RUNBOOK_LINKS: Feature = Feature {
    id: "runbook-links",
    // The stack of AWS has an alarm of its own.
    wanted: Wanted::Where(|stack| stack.monitoring != Monitoring::None || stack.deploy == Deploy::Aws),
    contribute: |_, _| {},
};
