//! Writes that need credentials, whatever these are.

use super::{Feature, Wanted};
use crate::choice::Auth;
use crate::part::{Condition, Panel, Parts, Section, Unit};

pub(super) const AUTH: Feature = Feature {
    id: "auth",
    wanted: Wanted::Where(|stack| stack.auth != Auth::None),
    contribute: |_, parts| {
        count_rejections(parts, &["invalid", "missing", "scope"]);
    },
};

/// Counts rejected writes, with these among the reasons.
pub(super) fn count_rejections(parts: &mut Parts, reasons: &[&'static str]) {
    let about = "Writes answered with 401 or 403, by reason";
    parts.series.of("auth").labelled("auth_failures_total", "reason", reasons, about);
}

/// The symptom of credentials that are rejected and its panel, with its entry on this page of the runbook.
pub(super) fn writes_are_refused(parts: &mut Parts, page: &'static str) {
    parts.dashboards.add(
        "auth",
        Panel::new(Section::Parts, "Rejected writes", "Answered 401 or 403, by reason.", Unit::PerSecond)
            .query("sum by (reason) (rate(auth_failures_total{job=\"app\"}[$__rate_interval]))", "{{reason}}")
            .runbook(page),
    );
    let summary = "<count> writes in a quarter of an hour were answered 401 or 403";
    let condition = Condition::Events { counter: "auth_failures_total", over: 100, keep: 15 };
    parts.symptoms.of(page).ticket("WritesAreRefused", "Writes are refused", summary, condition);
}
