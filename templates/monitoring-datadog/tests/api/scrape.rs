//! The metrics that a server sends, received as the Datadog Agent receives them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::thread;
use std::time::Duration;

use crate::support::eventually;

/// What the agent of each server has received, by the admin address of the server.
static INBOXES: Mutex<BTreeMap<SocketAddr, Weak<Mutex<Received>>>> = Mutex::new(BTreeMap::new());

/// One gauge, which a server sends once each time.
const EACH_TIME: &str = "http_server_active_requests";

/// Receives metrics until it and its inbox are dropped: otherwise the buffer of the socket would be full soon.
pub struct Agent {
    port: u16,
    inbox: Arc<Mutex<Received>>,
}

/// What an agent has received.
#[derive(Default)]
pub struct Received {
    socket: Option<UdpSocket>,
    /// Series as `name{label="value"}`, without the tags that all have.
    series: BTreeMap<String, f64>,
    /// How often the server has sent its metrics.
    times: usize,
    pub packets: Vec<String>,
}

impl Agent {
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
        socket.set_nonblocking(true).expect("it is a socket");
        let port = socket.local_addr().expect("it is bound").port();
        let received = Received { socket: Some(socket), ..Received::default() };
        let agent = Self { port, inbox: Arc::new(Mutex::new(received)) };
        let inbox = Arc::downgrade(&agent.inbox);
        thread::spawn(move || {
            while let Some(inbox) = inbox.upgrade() {
                lock(&inbox).receive();
                thread::sleep(Duration::from_millis(5));
            }
        });
        agent
    }

    /// The settings of a server that sends its metrics here, more often than it would in operation; besides [`Self::port`].
    pub fn flags(&self) -> Vec<String> {
        ["--dd-agent-host=127.0.0.1", "--metrics-interval=20ms"].map(str::to_owned).into()
    }

    /// The setting with the port.
    pub fn port(&self) -> String {
        format!("--dd-dogstatsd-port={}", self.port)
    }

    /// Names the server that sends its metrics here.
    pub fn receives_from(&self, admin: SocketAddr) {
        lock(&INBOXES).insert(admin, Arc::downgrade(&self.inbox));
    }
}

/// What the agent of this server has received and receives.
pub fn inbox(admin: SocketAddr) -> Arc<Mutex<Received>> {
    lock(&INBOXES).get(&admin).and_then(Weak::upgrade).expect("the server was started with an agent")
}

/// The packets that this server has sent.
pub fn packets(admin: SocketAddr) -> Vec<String> {
    lock(&inbox(admin)).packets.clone()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panicked")
}

impl Received {
    /// The value of the series with this name and these labels.
    pub fn value(&self, series: &str) -> f64 {
        self.series.get(series).copied().unwrap_or_default()
    }

    /// Receives everything that was sent before this call.
    fn receive(&mut self) {
        let mut packet = [0; 65_536];
        while let Some(Ok(length)) = self.socket.as_ref().map(|socket| socket.recv(&mut packet)) {
            self.packet(str::from_utf8(&packet[..length]).expect("metrics are text"));
        }
    }

    /// Adds lines of `NAME:VALUE:VALUE|TYPE|@RATE|#TAG:VALUE,TAG:VALUE`.
    pub fn packet(&mut self, packet: &str) {
        self.packets.push(packet.to_owned());
        for line in packet.lines() {
            let mut parts = line.split('|');
            let (name, values) = parts.next().and_then(|part| part.split_once(':')).expect("a name and a value");
            let kind = parts.next().expect("a type");
            let rate = line.split('|').find_map(|part| part.strip_prefix('@')?.parse().ok()).unwrap_or(1.0);
            let tags = line.split('|').find_map(|part| part.strip_prefix('#')).expect("tags");
            let values = values.split(':').map(|value| value.parse::<f64>().expect("a number"));
            match kind {
                "d" => {
                    let (count, sum) = values.fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value));
                    *self.series.entry(series(&format!("{name}_count"), tags)).or_default() += count / rate;
                    *self.series.entry(series(&format!("{name}_sum"), tags)).or_default() += sum / rate;
                }
                "c" => *self.series.entry(series(name, tags)).or_default() += values.sum::<f64>(),
                "g" => drop(self.series.insert(series(name, tags), values.sum())),
                kind => panic!("no such type: {kind}"),
            }
            self.times += usize::from(name == EACH_TIME);
        }
    }
}

/// `name{label="value"}`. The tags that every line has, or every gauge, come first and are left out.
fn series(name: &str, tags: &str) -> String {
    let shared = if tags.starts_with("replica:") { 4 } else { 3 };
    let labels = tags.split(',').skip(shared).filter_map(|tag| tag.split_once(':'));
    let labels = labels.map(|(name, value)| format!("{name}=\"{value}\"")).collect::<Vec<_>>().join(",");
    if labels.is_empty() { name.to_owned() } else { format!("{name}{{{labels}}}") }
}

/// The metrics of one server at one time: series with their labels, and their values.
pub struct Scrape(BTreeMap<String, f64>);

impl Scrape {
    /// Waits until the server has sent everything that it recorded before this call.
    pub async fn of(admin: SocketAddr) -> Self {
        let inbox = inbox(admin);
        let times = || {
            let mut received = lock(&inbox);
            received.receive();
            received.times
        };
        let before = times();
        // What is sent first may have been collected before this call.
        eventually("metrics are sent twice", async || times() >= before + 2).await;
        Self::arrived(&inbox)
    }

    /// What has arrived so far.
    pub fn arrived(inbox: &Mutex<Received>) -> Self {
        Self(lock(inbox).series.clone())
    }

    /// The value of the one series with this name and these labels, as in `name{label="value"}`. A counter is sent only
    /// once it has counted; none is returned for a name whose series all have labels.
    pub fn value(&self, series: &str) -> Option<f64> {
        let labelled = format!("{series}{{");
        let has_labels = self.0.keys().any(|key| key.starts_with(&labelled));
        self.0.get(series).copied().or((!has_labels).then_some(0.0))
    }

    /// The sum over all series of a metric that have these labels.
    pub fn total(&self, metric: &str, labels: &[&str]) -> f64 {
        let matches = |series: &&String| {
            let name = series.split('{').next();
            name == Some(metric) && labels.iter().all(|label| series.contains(label))
        };
        self.0.iter().filter(|(series, _)| matches(series)).map(|(_, value)| value).sum()
    }

    pub fn names(&self) -> BTreeSet<&str> {
        self.0.keys().filter_map(|series| series.split('{').next()).collect()
    }

    /// The routes of all requests so far.
    pub fn routes(&self) -> BTreeSet<&str> {
        let routes = self.0.keys().filter_map(|series| series.split_once("http_route=\""));
        routes.filter_map(|(_, rest)| rest.split('"').next()).collect()
    }
}
