//! The alerts of a failure, judged by the series that they watch: a failure that is over in seconds does not last long
//! enough for most of them to fire.

use serde::Deserialize;

use crate::drill::Pace;
use crate::drill::load::Load;
use crate::drill::outcome::{Failure, Outcome, happen as happen_unwatched};
use crate::scrape::Scrape;

/// The alerts that count events, as in `ops/alerts`. Five failures in a row open the breaker of a dependency.
const ALERTS: &str = include_str!("../alerts.json");

/// The share of failed requests that pages within minutes: 14.4 times what the objective of 99.9 % allows.
const BURNS_FAST: f64 = 14.4 * 0.001;

#[derive(Deserialize)]
struct Alert {
    alert: String,
    severity: String,
    series: String,
    /// The number of events that is no symptom yet.
    over: u32,
}

/// Takes the service through a failure, and notes the alerts.
pub async fn happen(
    failure: Failure<impl Future<Output = ()>, impl Future<Output = ()>>,
    load: &Load,
    pace: Pace,
) -> Outcome {
    let before = Scrape::of(load.admin).await;
    let mut outcome = happen_unwatched(failure, load, pace).await;
    let after = Scrape::of(load.admin).await;
    let alerts: Vec<Alert> = serde_json::from_str(ALERTS).expect("a list of alerts");
    let has_risen = |alert: &Alert| {
        let count = |scrape: &Scrape| scrape.value(&alert.series).unwrap_or_else(|| scrape.total(&alert.series, &[]));
        count(&after) - count(&before) > f64::from(alert.over)
    };
    let risen = alerts.into_iter().filter(has_risen);
    let mut names: Vec<_> = risen.map(|Alert { alert, severity, .. }| format!("{alert} ({severity})")).collect();
    let failed = outcome.during.iter().filter(|sample| sample.status.is_some_and(|status| status >= 500)).count();
    if failed as f64 > outcome.during.len() as f64 * BURNS_FAST {
        names.push("ErrorBudgetBurnsFast (page)".to_owned());
    }
    if !names.is_empty() {
        outcome.notes.push(("alerts", format!("{}, if it lasts", names.join(", "))));
    }
    outcome
}
