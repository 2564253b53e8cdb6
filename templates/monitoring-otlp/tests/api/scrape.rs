//! The metrics that a server exports, as Prometheus names them.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::{
    HistogramDataPoint, Metric, metric::Data, number_data_point::Value as Number,
};

use crate::receiver::{attributes, received};
use crate::support::eventually;

/// More often than in operation.
pub const INTERVAL: &str = "--otel-metric-export-interval=50";

/// One export of the metrics: series with their labels as Prometheus names them, and their values.
pub struct Scrape(Vec<(Series, f64)>);

/// The name, and the labels as in `name="value"`.
type Series = (String, BTreeSet<String>);

impl Scrape {
    /// The first export that began after this call.
    pub async fn of(admin: SocketAddr) -> Self {
        let exports = || received(admin, |stream| stream.exports);
        let before = exports();
        // The first one that arrives may have been measured before.
        eventually("metrics are exported", async || exports() >= before + 2).await;
        Self(received(admin, |stream| stream.metrics.iter().flat_map(series).collect()))
    }

    /// The value of the one series with this name and these labels, as in `name{label="value"}`.
    pub fn value(&self, series: &str) -> Option<f64> {
        let (name, labels) = series.trim_end_matches('}').split_once('{').unwrap_or((series, ""));
        let labels = labels.split_terminator(',').map(String::from).collect();
        let wanted = (name.to_owned(), labels);
        self.0.iter().find(|(series, _)| *series == wanted).map(|(_, value)| *value)
    }

    /// The routes of all requests so far.
    pub fn routes(&self) -> BTreeSet<&str> {
        let labels = self.0.iter().flat_map(|((_, labels), _)| labels);
        labels.filter_map(|label| label.strip_prefix("http_route=\"")?.strip_suffix('"')).collect()
    }

    pub fn names(&self) -> BTreeSet<&str> {
        self.0.iter().map(|((name, _), _)| &**name).collect()
    }

    /// The sum over all series of a metric that have these labels.
    pub fn total(&self, metric: &str, labels: &[&str]) -> f64 {
        let matches =
            |((name, own), _): &&(Series, f64)| name == metric && labels.iter().all(|label| own.contains(*label));
        self.0.iter().filter(matches).map(|(_, value)| value).sum()
    }
}

/// The series that Prometheus makes of a metric.
fn series(metric: &Metric) -> Vec<(Series, f64)> {
    let unit = match &*metric.unit {
        "s" => "_seconds",
        "By" => "_bytes",
        _ => "",
    };
    let name = format!("{}{unit}", metric.name.replace('.', "_"));
    let value = |value: &Option<Number>| match value.as_ref().expect("a number") {
        Number::AsDouble(value) => *value,
        Number::AsInt(value) => *value as f64,
    };
    match metric.data.as_ref().expect("data") {
        Data::Gauge(gauge) => gauge
            .data_points
            .iter()
            .map(|point| ((name.clone(), labels(&point.attributes)), value(&point.value)))
            .collect(),
        Data::Sum(sum) => {
            assert!(sum.is_monotonic && sum.aggregation_temporality == 2, "{name} is not a cumulative counter");
            let name = format!("{name}_total");
            sum.data_points
                .iter()
                .map(|point| ((name.clone(), labels(&point.attributes)), value(&point.value)))
                .collect()
        }
        Data::Histogram(histogram) => {
            histogram.data_points.iter().flat_map(|point| distribution(&name, point)).collect()
        }
        other => panic!("{name} is {other:?}"),
    }
}

/// The series of a histogram: its buckets include the smaller ones.
fn distribution(name: &str, point: &HistogramDataPoint) -> Vec<(Series, f64)> {
    let own = labels(&point.attributes);
    let bounds = point.explicit_bounds.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
    let counts = point.bucket_counts.iter().scan(0, |sum, count| {
        *sum += count;
        Some(*sum)
    });
    let buckets = bounds.zip(counts).map(|(bound, count)| {
        let labels = own.iter().cloned().chain([format!("le=\"{bound}\"")]).collect();
        ((format!("{name}_bucket"), labels), count as f64)
    });
    let sum = ((format!("{name}_sum"), own.clone()), point.sum.expect("a sum"));
    let count = ((format!("{name}_count"), own.clone()), point.count as f64);
    buckets.chain([sum, count]).collect()
}

/// The attributes as Prometheus names them.
fn labels(own: &[KeyValue]) -> BTreeSet<String> {
    let pairs = attributes(own).into_iter();
    pairs.map(|(name, value)| format!("{}=\"{value}\"", name.replace('.', "_"))).collect()
}
