//! The alerts of what a drill does, judged by the series that they watch. A failure that is over in seconds does not last
//! long enough for most of them.

use std::net::SocketAddr;

use crate::support::http::get;

/// The alerts that count events, as in `ops/alerts`: the series that each watches, and the number of events that is no
/// symptom yet. Five failures in a row open the breaker of a dependency.
const ALERTS: &[(&str, &str, f64)] = &[
    //~ for alert in counting_alerts
    ("<% alert.name %> (<% alert.severity %>)", <% alert.series %>, <% alert.over %>.0),
    //~ endfor
];

/// What is counted at one time: every series of a replica, as it reports them.
pub struct Counted(String);

impl Counted {
    pub async fn at(admin: SocketAddr) -> Self {
        Self(get(admin, "/metrics").await.text().to_owned())
    }

    /// The alerts whose events happened since `before`.
    pub fn alerts_since(&self, before: &Self) -> Vec<String> {
        let risen = |series: &str| self.of(series) - before.of(series);
        let happened = ALERTS.iter().filter(|(_, series, over)| risen(series) > *over);
        let mut alerts: Vec<_> = happened.map(|(alert, ..)| (*alert).to_owned()).collect();
        let all = risen("http_responses_total");
        let failed = risen(r#"http_responses_total{code="5xx"}"#);
        // 14.4 times the share that the objective of 99.9 % allows.
        if failed > all * 14.4 * 0.001 {
            alerts.push("ErrorBudgetBurnsFast (page)".to_owned());
        }
        alerts
    }

    /// The sum of a series over its labels, or over those that are given.
    fn of(&self, series: &str) -> f64 {
        let values = self.0.lines().filter_map(|line| {
            let rest = line.strip_prefix(series)?;
            rest.starts_with([' ', '{']).then(|| rest.rsplit(' ').next()?.parse::<f64>().ok())?
        });
        values.sum()
    }
}
