//! Metrics as instruments of OpenTelemetry. This program names its series as Prometheus does; here the names are
//! translated back to those of the semantic conventions.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use metrics::{Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn};
use metrics::{Key, KeyName, Metadata, Recorder, SharedString, Unit};
use opentelemetry::metrics::{self as instruments, Meter};
use opentelemetry::{KeyValue, Value};

/// In seconds, those of the conventions. The objective of 250 ms is one of them, so that alerts need not interpolate.
const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// The names of the conventions, some of whose dots are underscores in Prometheus.
const NAMES: [(&str, &str); 5] = [
    ("http_request_method", "http.request.method"),
    ("http_response_status_code", "http.response.status_code"),
    ("http_route", "http.route"),
    ("http_server_active_requests", "http.server.active_requests"),
    ("http_server_request_duration", "http.server.request.duration"),
];

/// The recorder of this process.
pub struct Instruments {
    meter: Meter,
    descriptions: Map<String, String>,
    counters: Map<Key, Counter>,
    gauges: Map<Key, Gauge>,
    histograms: Map<Key, Histogram>,
}

impl Instruments {
    pub fn new(meter: Meter) -> Self {
        let (counters, gauges, histograms) = (Map::default(), Map::default(), Map::default());
        Self { meter, descriptions: Map::default(), counters, gauges, histograms }
    }

    fn describe(&self, name: &KeyName, description: SharedString) {
        self.descriptions.get(&name.as_str().to_owned(), || description.into_owned());
    }

    /// The name, the unit and the description of the instrument of a series.
    fn instrument(&self, key: &Key) -> (String, &'static str, String) {
        let (name, unit) = name_and_unit(key.name());
        (name, unit, self.descriptions.get(&key.name().to_owned(), String::new))
    }
}

impl Recorder for Instruments {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&name, description);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&name, description);
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&name, description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.counters.get(key, || {
            let (name, unit, description) = self.instrument(key);
            let counter = self.meter.u64_counter(name).with_unit(unit).with_description(description).build();
            Counter::from_arc(Arc::new(Series::new(counter, key)))
        })
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.gauges.get(key, || {
            let (name, unit, description) = self.instrument(key);
            let gauge = self.meter.f64_gauge(name).with_unit(unit).with_description(description).build();
            Gauge::from_arc(Arc::new(Series::new(gauge, key)))
        })
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.histograms.get(key, || {
            let (name, unit, description) = self.instrument(key);
            let histogram = self.meter.f64_histogram(name).with_unit(unit).with_description(description);
            let histogram = histogram.with_boundaries(BUCKETS.to_vec()).build();
            Histogram::from_arc(Arc::new(Series::new(histogram, key)))
        })
    }
}

/// An instrument with the labels of one series.
struct Series<I> {
    instrument: I,
    labels: Vec<KeyValue>,
    /// The total of a counter; the bits of the value of a gauge.
    value: AtomicU64,
}

impl<I> Series<I> {
    fn new(instrument: I, key: &Key) -> Self {
        let labels = key.labels().map(|label| KeyValue::new(conventional(label.key()), typed(label.value())));
        Self { instrument, labels: labels.collect(), value: AtomicU64::new(0) }
    }
}

impl CounterFn for Series<instruments::Counter<u64>> {
    fn increment(&self, value: u64) {
        self.value.fetch_add(value, Relaxed);
        self.instrument.add(value, &self.labels);
    }

    /// 0 creates the series.
    fn absolute(&self, value: u64) {
        let before = self.value.fetch_max(value, Relaxed);
        self.instrument.add(value.saturating_sub(before), &self.labels);
    }
}

impl Series<instruments::Gauge<f64>> {
    fn change(&self, change: impl Fn(f64) -> f64) {
        let next = |bits| Some(change(f64::from_bits(bits)).to_bits());
        let bits = self.value.fetch_update(Relaxed, Relaxed, next).unwrap_or_else(|bits| bits);
        self.instrument.record(change(f64::from_bits(bits)), &self.labels);
    }
}

impl GaugeFn for Series<instruments::Gauge<f64>> {
    fn increment(&self, value: f64) {
        self.change(|before| before + value);
    }

    fn decrement(&self, value: f64) {
        self.change(|before| before - value);
    }

    fn set(&self, value: f64) {
        self.change(|_before| value);
    }
}

impl HistogramFn for Series<instruments::Histogram<f64>> {
    fn record(&self, value: f64) {
        self.instrument.record(value, &self.labels);
    }
}

/// The name that the conventions have for this one, or this one.
fn conventional(name: &str) -> String {
    let found = NAMES.iter().find(|(prometheus, _)| *prometheus == name);
    found.map_or(name, |(_, conventional)| conventional).to_owned()
}

/// Numbers are numbers: the conventions define a status as one.
fn typed(value: &str) -> Value {
    value.parse().map_or_else(|_| value.to_owned().into(), Value::I64)
}

/// Prometheus has units and `total` in its names: it appends them to those of OpenTelemetry.
fn name_and_unit(name: &str) -> (String, &'static str) {
    let name = name.strip_suffix("_total").unwrap_or(name);
    let (name, unit) = match name.rsplit_once('_') {
        Some((name, "seconds")) => (name, "s"),
        Some((name, "bytes")) => (name, "By"),
        _ => (name, ""),
    };
    (conventional(name), unit)
}

/// Values that are created once and never removed.
struct Map<K, V>(RwLock<HashMap<K, V>>);

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Map<K, V> {
    fn get(&self, key: &K, create: impl FnOnce() -> V) -> V {
        if let Some(value) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return value.clone();
        }
        let mut values = self.0.write().unwrap_or_else(PoisonError::into_inner);
        values.entry(key.clone()).or_insert_with(create).clone()
    }
}
