//! Metrics for the Datadog Agent, over UDP or its Unix socket.
//!
//! No request waits for the Agent: recorded values stay in memory until one task sends them. Packets that the Agent does
//! not take within a second are dropped and counted, so that memory is bounded without an Agent.

use std::collections::VecDeque;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{fs, io, mem};

use metrics::{counter, gauge};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use super::agent::{Address, Socket, address, host};
use super::export::endpoint;
use super::settings::{number, time};
use super::spans;
use super::statsd::{Encoder, Recorder};

/// How long the packets of one interval may take.
const SEND_TIMEOUT: Duration = Duration::from_secs(1);

/// The time between two lines of the log about dropped packets.
const REPORT_INTERVAL: Duration = Duration::from_secs(60);

/// `service`, `env` and `version`, which relate metrics, traces and logs in Datadog. The first server of a process sets
/// them.
pub static UNIFIED: OnceLock<[(&str, String); 3]> = OnceLock::new();

/// The Datadog Agent, and the tags of what is sent there.
#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Host of the Datadog Agent; without it, DD_DOGSTATSD_URL and OTEL_EXPORTER_OTLP_ENDPOINT nothing is sent
    #[arg(long, env, value_parser = host)]
    pub dd_agent_host: Option<String>,
    /// UDP port at which the Agent takes metrics
    #[arg(long, env, default_value = "8125", value_parser = number::<u16>(1, 65_535))]
    pub dd_dogstatsd_port: u16,
    /// Where the Agent takes metrics, if not by host and port, such as unix:///var/run/datadog/dsd.socket
    #[arg(long, env, value_parser = address)]
    pub dd_dogstatsd_url: Option<Address>,
    /// Name of this service in Datadog; by default that of the package
    #[arg(long, env, value_parser = tag)]
    pub dd_service: Option<String>,
    /// Environment: the tag `env` in Datadog
    #[arg(long, env, default_value = "development", value_parser = tag)]
    pub dd_env: String,
    /// Version in Datadog; by default that of the package
    #[arg(long, env, value_parser = tag)]
    pub dd_version: Option<String>,
    /// Where traces go, such as http://127.0.0.1:4318; by default port 4318 of the Agent's host
    #[arg(long, env, value_parser = endpoint)]
    pub otel_exporter_otlp_endpoint: Option<String>,
    /// How often metrics are sent to the Agent
    #[arg(long, env, default_value = "2s", value_parser = time("10ms", "10s"))]
    pub metrics_interval: Duration,
    #[command(flatten)]
    pub spans: spans::Settings,
}

impl Settings {
    fn address(&self) -> Option<Address> {
        let host = self.dd_agent_host.as_ref();
        let by_host = host.map(|host| Address::Udp(host.clone(), self.dd_dogstatsd_port));
        self.dd_dogstatsd_url.clone().or(by_host)
    }

    /// Where the Agent takes traces over OTLP.
    pub fn traces(&self) -> Option<String> {
        let by_host = self.dd_agent_host.as_ref().map(|host| {
            let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
            format!("http://{host}:4318")
        });
        self.otel_exporter_otlp_endpoint.clone().or(by_host)
    }

    pub fn unified(&self) -> [(&'static str, String); 3] {
        let or = |given: &Option<String>, package: &str| given.clone().unwrap_or_else(|| package.to_owned());
        let service = or(&self.dd_service, env!("CARGO_PKG_NAME"));
        let version = or(&self.dd_version, env!("CARGO_PKG_VERSION"));
        [("service", service), ("env", self.dd_env.clone()), ("version", version)]
    }
}

/// The value of a tag, as Datadog stores it.
fn tag(text: &str) -> Result<String, &'static str> {
    let is_valid = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    let valid = text.len() <= 100 && text.chars().all(is_valid);
    valid.then(|| text.to_owned()).ok_or("not up to 100 letters, digits, or characters of _-./")
}

/// Sends the metrics of this process to the Agent.
pub struct Exporter {
    interval: Duration,
    /// Updates the gauges before they are sent.
    measure: OnceLock<Box<dyn Fn() + Send + Sync>>,
    /// None without an Agent.
    queue: Option<Mutex<Queue>>,
}

impl Exporter {
    /// Handles that were created before the first exporter record nothing.
    pub fn new(settings: &super::Settings) -> Self {
        let super::Settings { datadog: settings, server, .. } = settings;
        let unified = UNIFIED.get_or_init(|| settings.unified());
        let tags = unified.iter().map(|(name, value)| format!("{name}:{value}")).collect::<Vec<_>>().join(",");
        let queue = settings.address().map(|address| {
            // An error means that another server of this process has set it.
            metrics::set_global_recorder(Recorder).ok();
            counter!("service_starts_total").increment(1);
            gauge!("build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
            // Several replicas on one host differ by their port.
            let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
            let replica = format!("{}:{}", host.trim(), server.port);
            Mutex::new(Queue {
                encoder: Encoder::new(tags, replica, address.max_packet()),
                address,
                socket: None,
                packets: VecDeque::new(),
                reported: None,
            })
        });
        Self { interval: settings.metrics_interval, measure: OnceLock::new(), queue }
    }

    /// Calls `measure` before each time metrics are sent.
    pub fn measured_by(&self, measure: impl Fn() + Send + Sync + 'static) {
        self.measure.set(Box::new(measure)).ok();
    }

    /// Sends metrics regularly. Does not return.
    pub async fn run(&self) {
        loop {
            self.send().await;
            sleep(self.interval).await;
        }
    }

    /// Sends what was recorded since the last call.
    pub async fn send(&self) {
        let Some(queue) = &self.queue else { return };
        let mut queue = queue.lock().await;
        if let Some(measure) = self.measure.get() {
            measure();
        }
        queue.fill_and_send().await;
    }
}

/// The packets that are still to be sent: if the task is cancelled, they are sent with the next ones.
struct Queue {
    encoder: Encoder,
    address: Address,
    socket: Option<Socket>,
    packets: VecDeque<String>,
    reported: Option<Instant>,
}

impl Queue {
    async fn fill_and_send(&mut self) {
        self.encoder.encode(&mut self.packets);
        if let Ok(Ok(())) = timeout(SEND_TIMEOUT, self.send()).await {
            return;
        }
        let dropped = mem::take(&mut self.packets).len();
        self.socket = None;
        counter!("metrics_packets_dropped_total").increment(dropped as u64);
        if self.reported.is_none_or(|reported| reported.elapsed() > REPORT_INTERVAL) {
            self.reported = Some(Instant::now());
            tracing::warn!(dropped, "metrics were dropped, because the Datadog Agent does not take them");
        }
    }

    async fn send(&mut self) -> io::Result<()> {
        // The first error may be about an earlier packet, or an Agent that has restarted since.
        let mut errors = 0;
        while let Some(packet) = self.packets.front() {
            let socket = match &self.socket {
                Some(socket) => socket,
                None => self.socket.insert(self.address.connect().await?),
            };
            match socket.send(packet).await {
                Ok(_) => drop(self.packets.pop_front()),
                Err(error) if errors > 0 => return Err(error),
                Err(_) => (errors, self.socket) = (1, None),
            }
        }
        Ok(())
    }
}
