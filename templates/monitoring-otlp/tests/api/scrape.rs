//! What the exporter of a server sent: a collector on this machine receives it over the real protocol.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::{
    HistogramDataPoint, Metric, metric::Data, number_data_point::Value as Number,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::support::eventually;

/// The stream of the servers in this process, which share one exporter.
const OF_THIS_PROCESS: &str = "this-process";

/// The beginning of the name of a stream of which only metrics are acknowledged.
const STUCK: &str = "stuck-";

/// What one exporter sent.
#[derive(Clone, Default)]
pub struct Stream {
    /// The number of exports of metrics.
    exports: usize,
    pub resource: Resource,
    /// Those of the last export.
    pub metrics: Vec<Metric>,
    pub spans: Vec<Span>,
    pub logs: Vec<LogRecord>,
    /// The headers of the last request.
    pub headers: BTreeMap<String, String>,
}

/// By name.
static STREAMS: LazyLock<Mutex<HashMap<String, Stream>>> = LazyLock::new(Mutex::default);

/// The names that servers in this process would have in a process of their own.
static HERE: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// The name of the stream of the server with this admin port.
static NAMES: LazyLock<Mutex<HashMap<SocketAddr, String>>> = LazyLock::new(Mutex::default);

static COLLECTOR: LazyLock<SocketAddr> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(thread::spawn(|| receive(stream)))));
    address
});

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The settings of a server whose stream has this name.
pub fn flags(name: &str) -> [String; 2] {
    let endpoint = format!("--otel-exporter-otlp-endpoint=http://{}/{name}", *COLLECTOR);
    [endpoint, "--otel-metric-export-interval=50".to_owned()]
}

/// The settings of a server in this process, of those of a process of its own. Only requests that a caller records have
/// spans.
pub fn of_this_process(own: Vec<String>) -> Vec<String> {
    lock(&HERE).insert(stream_of(&own).to_owned());
    let [endpoint, interval] = flags(OF_THIS_PROCESS);
    [own, vec![endpoint, interval, "--otel-traces-sampler-arg=0".to_owned()]].concat()
}

/// A new name.
pub fn name() -> String {
    format!("{:016x}", fastrand::u64(..))
}

/// The name of a stream whose spans and logs are received and never acknowledged.
pub fn stuck() -> String {
    format!("{STUCK}{}", name())
}

/// The server with this admin port was started with these flags.
pub fn register(admin: SocketAddr, flags: &[String]) {
    let own = stream_of(flags);
    let name = if lock(&HERE).contains(own) { OF_THIS_PROCESS } else { own };
    lock(&NAMES).insert(admin, name.to_owned());
}

/// The name of the stream of a server with these flags.
fn stream_of(flags: &[String]) -> &str {
    let mut endpoints = flags.iter().filter_map(|flag| flag.strip_prefix("--otel-exporter-otlp-endpoint="));
    endpoints.next_back().and_then(|endpoint| endpoint.rsplit('/').next()).unwrap_or_default()
}

/// What the server with this admin port has sent so far.
pub fn stream(admin: SocketAddr) -> Stream {
    let name = lock(&NAMES).get(&admin).cloned().expect("a server that was started");
    lock(&STREAMS).get(&name).cloned().unwrap_or_default()
}

/// Answers requests until the exporter closes the connection.
fn receive(stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(&stream);
    loop {
        let mut first = String::new();
        reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
        let path = first.split(' ').nth(1).expect("a request line").to_owned();
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        let mut body = vec![0; headers["content-length"].parse().expect("a length")];
        reader.read_exact(&mut body).ok()?;
        store(&path, headers, &body);
        if path.contains(STUCK) && !path.ends_with("/metrics") {
            // The exporter closes the connection when it gives up.
            reader.read_line(&mut first).ok();
            return None;
        }
        (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

fn store(path: &str, headers: BTreeMap<String, String>, body: &[u8]) {
    let [name, "v1", signal] = path.trim_start_matches('/').split('/').collect::<Vec<_>>()[..] else {
        panic!("{path} is not a path of the protocol")
    };
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let mut streams = lock(&STREAMS);
    let stream = streams.entry(name.to_owned()).or_default();
    stream.headers = headers;
    match signal {
        "metrics" => {
            let [of_resource] = &ExportMetricsServiceRequest::decode(body).expect("metrics").resource_metrics[..]
            else {
                panic!("not one resource")
            };
            stream.resource = of_resource.resource.clone().expect("a resource");
            stream.metrics = of_resource.scope_metrics.iter().flat_map(|scope| scope.metrics.clone()).collect();
            stream.exports += 1;
        }
        "traces" => {
            let request = ExportTraceServiceRequest::decode(body).expect("spans");
            let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
            stream.spans.extend(scopes.flat_map(|scope| scope.spans));
        }
        "logs" => {
            let request = ExportLogsServiceRequest::decode(body).expect("log records");
            let scopes = request.resource_logs.into_iter().flat_map(|resource| resource.scope_logs);
            stream.logs.extend(scopes.flat_map(|scope| scope.log_records));
        }
        _ => panic!("{path} is not a path of the protocol"),
    }
}

/// The attributes as text.
pub fn attributes(attributes: &[KeyValue]) -> BTreeMap<&str, String> {
    let text = |value: &Value| match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        Value::DoubleValue(number) => number.to_string(),
        Value::BoolValue(value) => value.to_string(),
        other => panic!("{other:?}"),
    };
    let value = |attribute: &KeyValue| attribute.value.as_ref().and_then(|value| value.value.as_ref().map(text));
    attributes.iter().map(|attribute| (&*attribute.key, value(attribute).expect("a value"))).collect()
}

/// One export of the metrics: series with their labels as Prometheus names them, and their values.
pub struct Scrape(Vec<(Series, f64)>);

/// The name, and the labels as in `name="value"`.
type Series = (String, BTreeSet<String>);

impl Scrape {
    /// The first export that began after this call.
    pub async fn of(admin: SocketAddr) -> Self {
        let before = stream(admin).exports;
        // The first one that arrives may have been measured before.
        eventually("metrics are exported", async || stream(admin).exports >= before + 2).await;
        Self(stream(admin).metrics.iter().flat_map(series).collect())
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
