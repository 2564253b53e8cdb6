//! The protocol of DogStatsD: what was recorded, as lines of text in packets.
//!
//! A counter is sent as its increase, and only if there is one. A histogram is sent as a distribution, which means its
//! values: percentiles are computed from those of all replicas. If there are many, a sample is sent, with its rate.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::sync::{Arc, LazyLock, atomic::Ordering::Relaxed};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, SharedString, Unit};
use metrics_util::registry::{AtomicStorage, Registry};

/// The most values of one series that are sent at once.
const MAX_VALUES: usize = 1000;

/// What this process has recorded.
static RECORDED: LazyLock<Registry<Key, AtomicStorage>> = LazyLock::new(Registry::atomic);

/// Keeps what is recorded until an [`Encoder`] takes it.
pub struct Recorder;

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        RECORDED.get_or_create_counter(key, |counter| Counter::from_arc(Arc::clone(counter)))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        RECORDED.get_or_create_gauge(key, |gauge| Gauge::from_arc(Arc::clone(gauge)))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        RECORDED.get_or_create_histogram(key, |histogram| Histogram::from_arc(Arc::clone(histogram)))
    }
}

/// Writes packets, and remembers what it has already sent.
pub struct Encoder {
    /// The tags of every line.
    tags: String,
    /// The tag of gauges: those of two replicas would replace each other at one Agent.
    replica: String,
    /// The most bytes of a packet.
    max_packet: usize,
    counts: HashMap<Key, u64>,
}

impl Encoder {
    pub fn new(tags: String, replica: String, max_packet: usize) -> Self {
        Self { tags, replica, max_packet, counts: HashMap::new() }
    }

    /// Appends what was recorded since the last call: first the values of histograms, then counters, then gauges.
    pub fn encode(&mut self, packets: &mut VecDeque<String>) {
        RECORDED.visit_histograms(|key, histogram| {
            let (values, step) = sample(|take| histogram.clear_with(take));
            let rate = if step == 1 { String::new() } else { format!("|@{}", 1.0 / step as f64) };
            let values = values.iter().map(|value| format!(":{value:.6}"));
            self.put(packets, key, values, &format!("|d{rate}|#"));
        });
        RECORDED.visit_counters(|key, counter| {
            let (total, sent) = (counter.load(Relaxed), self.counts.get(key).copied().unwrap_or(0));
            if total > sent {
                self.counts.insert(key.clone(), total);
                self.put(packets, key, [format!(":{}", total - sent)], "|c|#");
            }
        });
        RECORDED.visit_gauges(|key, gauge| {
            let value = format!(":{}", f64::from_bits(gauge.load(Relaxed)));
            self.put(packets, key, [value], &format!("|g|#replica:{},", self.replica));
        });
    }

    /// As many values on a line, and as many lines in a packet, as fit.
    fn put(&self, packets: &mut VecDeque<String>, key: &Key, values: impl IntoIterator<Item = String>, kind: &str) {
        let name = key.name();
        let mut end = format!("{kind}{}", self.tags);
        for label in key.labels() {
            // These characters would end the tag.
            let value = label.value().replace([',', '|', '\n'], "_");
            write!(end, ",{}:{value}", label.key()).expect("a string takes any text");
        }
        let mut values = values.into_iter().peekable();
        while values.peek().is_some() {
            let mut line = name.to_owned();
            while let Some(value) = values.next_if(|value| line.len() + value.len() + end.len() < self.max_packet) {
                line += &value;
            }
            if line == name {
                // Its labels alone do not fit.
                return;
            }
            line += &end;
            match packets.back_mut().filter(|packet| packet.len() + 1 + line.len() <= self.max_packet) {
                Some(packet) => *packet += &format!("\n{line}"),
                None => packets.push_back(line),
            }
        }
    }
}

/// Every value of these blocks, or every second, fourth and so on, so that they are fewer than `MAX_VALUES`.
fn sample(blocks: impl FnOnce(&mut dyn FnMut(&[f64]))) -> (Vec<f64>, usize) {
    let (mut values, mut step, mut seen) = (Vec::new(), 1, 0_usize);
    blocks(&mut |block| {
        for value in block {
            if seen.is_multiple_of(step) {
                values.push(*value);
            }
            seen += 1;
            if values.len() == MAX_VALUES {
                let mut is_kept = false;
                values.retain(|_| {
                    is_kept = !is_kept;
                    is_kept
                });
                step *= 2;
            }
        }
    });
    (values, step)
}
