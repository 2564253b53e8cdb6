//! The metrics that a server exports.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use crate::support::http::get;

/// One scrape: series with their labels, and their values.
pub struct Scrape(Vec<(String, f64)>);

impl Scrape {
    pub async fn of(admin: SocketAddr) -> Self {
        let answer = get(admin, "/metrics").await;
        assert_eq!(answer.status, 200);
        let lines = answer.text().lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        Self(lines.map(series).collect())
    }

    /// The value of the one series with this name and these labels, as in `name{label="value"}`.
    pub fn value(&self, series: &str) -> Option<f64> {
        self.0.iter().find(|(name, _)| name == series).map(|(_, value)| *value)
    }

    /// The sum over all series of a metric that have these labels.
    pub fn total(&self, metric: &str, labels: &[&str]) -> f64 {
        let matches = |series: &&(String, f64)| {
            let name = series.0.split('{').next();
            name == Some(metric) && labels.iter().all(|label| series.0.contains(label))
        };
        self.0.iter().filter(matches).map(|(_, value)| value).sum()
    }

    /// The routes of all requests so far.
    pub fn routes(&self) -> BTreeSet<&str> {
        let routes = self.0.iter().filter_map(|(series, _)| series.split_once("http_route=\""));
        routes.filter_map(|(_, rest)| rest.split('"').next()).collect()
    }

    pub fn names(&self) -> BTreeSet<&str> {
        self.0.iter().filter_map(|(series, _)| series.split('{').next()).collect()
    }
}

fn series(line: &str) -> (String, f64) {
    let (series, value) = line.rsplit_once(' ').expect("a series and its value");
    (series.to_owned(), value.parse().expect("a number"))
}
