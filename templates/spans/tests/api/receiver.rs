//! What the exporter of a server sent over OTLP: a receiver on this machine takes it over the real protocol.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;

//= use
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
//= types
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// The stream of the servers in this process, which share one exporter.
const OF_THIS_PROCESS: &str = "this-process";

/// The beginning of the name of a stream that is never acknowledged.
const STUCK: &str = "stuck-";

/// What one exporter sent.
#[derive(Clone, Default)]
pub struct Stream {
    pub resource: Resource,
    //= fields
    pub spans: Vec<Span>,
}

/// By name.
static STREAMS: LazyLock<Mutex<HashMap<String, Stream>>> = LazyLock::new(Mutex::default);

/// The names that servers in this process would have in a process of their own.
static HERE: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// The name of the stream of the server with this admin port.
static NAMES: LazyLock<Mutex<HashMap<SocketAddr, String>>> = LazyLock::new(Mutex::default);

static RECEIVER: LazyLock<SocketAddr> = LazyLock::new(|| listen("127.0.0.1:0"));

/// Receives at this address, and returns it with its port.
pub fn listen(address: &str) -> SocketAddr {
    let listener = TcpListener::bind(address).expect("a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(thread::spawn(|| receive(stream)))));
    address
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The setting of a server whose stream has this name.
pub fn flag(name: &str) -> String {
    format!("--otel-exporter-otlp-endpoint=http://{}/{name}", *RECEIVER)
}

/// The settings of a server in this process, of those of a process of its own. Only requests that a caller records have
/// spans.
pub fn of_this_process(own: Vec<String>) -> Vec<String> {
    lock(&HERE).insert(stream_of(&own).to_owned());
    [own, vec![flag(OF_THIS_PROCESS), "--otel-traces-sampler-arg=0".to_owned()]].concat()
}

/// A new name.
pub fn name() -> String {
    format!("{:016x}", fastrand::u64(..))
}

/// The name of a stream that is received and never acknowledged.
pub fn stuck() -> String {
    format!("{STUCK}{}", name())
}

/// These flags, with a new name if they are those of another server, whose stream this one must not use.
pub fn own(flags: Vec<String>) -> Vec<String> {
    let given = stream_of(&flags);
    let is_taken = !given.is_empty() && lock(&NAMES).values().any(|taken| taken == given);
    [flags, is_taken.then(|| flag(&name())).into_iter().collect()].concat()
}

/// The server with this admin port was started with these flags.
pub fn register(admin: SocketAddr, flags: &[String]) {
    let own = stream_of(flags);
    let name = if lock(&HERE).contains(own) { OF_THIS_PROCESS } else { own };
    lock(&NAMES).insert(admin, name.to_owned());
}

/// The name of the stream of a server with these flags; empty if it exports elsewhere.
fn stream_of(flags: &[String]) -> &str {
    let here = flag("");
    let last = flags.iter().rfind(|flag| flag.starts_with("--otel-exporter-otlp-endpoint="));
    last.and_then(|flag| flag.strip_prefix(&*here)).unwrap_or_default()
}

/// What the server with this admin port has sent so far.
pub fn stream(admin: SocketAddr) -> Stream {
    received(admin, Stream::clone)
}

/// A part of [`stream`], which can be large.
pub fn received<T>(admin: SocketAddr, part: impl FnOnce(&Stream) -> T) -> T {
    let name = lock(&NAMES).get(&admin).cloned().expect("a server that was started");
    part(lock(&STREAMS).entry(name).or_default())
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
        store(&path, &headers, &body);
        let is_stuck = path.contains(STUCK);
        //= acknowledged
        if is_stuck {
            // The exporter closes the connection when it gives up.
            reader.read_line(&mut first).ok();
            return None;
        }
        (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

fn store(path: &str, headers: &BTreeMap<String, String>, body: &[u8]) {
    // Without a name, the path is that of the protocol.
    let (name, signal) = path.trim_start_matches('/').split_once("v1/").expect("a path of the protocol");
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let mut streams = lock(&STREAMS);
    let stream = streams.entry(name.trim_end_matches('/').to_owned()).or_default();
    //= store
    match signal {
        "traces" => {
            for of_resource in ExportTraceServiceRequest::decode(body).expect("spans").resource_spans {
                stream.resource = of_resource.resource.expect("a resource");
                stream.spans.extend(of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
            }
        }
        //= signals
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
