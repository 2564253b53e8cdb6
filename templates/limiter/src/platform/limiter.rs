//! Which client a request counts against, how much each has left, and what answers say of it, in the headers of
//! draft-ietf-httpapi-ratelimit-headers. In this process and in bounded memory.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::{mem, time::Instant};

use axum::http::{HeaderName, HeaderValue, header};
use axum::{extract::Request, response::IntoResponse, response::Response};

use super::quota::{Quota, Verdict};
use super::{Platform, client::Client, connection::Peer, error::Error, forwarded, settings::number, telemetry};

pub const REMAINING: HeaderName = HeaderName::from_static("ratelimit");
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The most clients that are remembered, in 10 MB at most.
const CLIENTS: usize = 100_000;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Requests a client may make: at once, and then in a second (s), minute (min) or hour (h)
    #[arg(long, env, default_value = "60/min")]
    pub rate_limit: Quota,
    /// Proxies in front that append to X-Forwarded-For; 0 counts the peer itself as the client
    #[arg(long, env, default_value = "0", value_parser = number::<usize>(0, 100))]
    pub trusted_proxy_hops: usize,
}

pub struct Limiter {
    quota: Quota,
    /// What every limited answer says of it.
    policy: HeaderValue,
    clients: Mutex<Clients>,
    start: Instant,
}

/// When the quota of each client is whole again, in two generations. The older one is forgotten when the younger one is
/// a period old, and so every quota in the older one is whole; or when the younger one is full, so that a client which
/// was seen long ago gives way, and starts afresh should it return.
#[derive(Default)]
struct Clients {
    young: HashMap<Client, u64>,
    old: HashMap<Client, u64>,
    /// When the young generation began.
    began: u64,
}

impl Limiter {
    pub fn new(quota: Quota) -> Self {
        let policy = format!(r#""default";q={};w={}"#, quota.requests, quota.period.div_ceil(1_000_000));
        let policy = policy.try_into().expect("ASCII");
        Self { quota, policy, clients: Mutex::default(), start: Instant::now() }
    }

    /// Counts a request of this client.
    pub fn check(&self, client: Client) -> Verdict {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.start.elapsed().as_micros() as u64;
        clients.turn(now, self.quota.period);
        let Clients { young, old, .. } = &mut *clients;
        let whole = young.entry(client).or_insert_with_key(|client| old.get(client).copied().unwrap_or_default());
        let (next, verdict) = self.quota.decide(*whole, now);
        *whole = next;
        verdict
    }
}

impl Clients {
    /// Begins a new generation if it is time.
    fn turn(&mut self, now: u64, period: u64) {
        if self.young.len() >= CLIENTS / 2 || now - self.began > period {
            mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
            self.began = now;
        }
    }
}

/// The address that a request counts against: the one that the trusted proxies name, else the peer's.
pub fn address(platform: &Platform, request: &Request) -> IpAddr {
    // A router that is called without a connection, as benchmarks do, has one client.
    let peer = || request.extensions().get().map_or(Ipv6Addr::UNSPECIFIED.into(), |Peer(address)| address.ip());
    let address =
        forwarded::client(request.headers(), platform.settings.limiter.trusted_proxy_hops).unwrap_or_else(peer);
    match address.to_canonical() {
        // One subscriber has a whole /64 to choose from.
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

/// Counts the request.
///
/// # Errors
/// The answer to a client that has used up its quota.
pub async fn check(platform: &Platform, client: Client) -> Result<Verdict, Response> {
    //= verdict
    if verdict.allowed {
        return Ok(verdict);
    }
    telemetry::count("http_requests_limited_total");
    // Rounded up: a client that waits so long is not refused again.
    let refusal = ([(header::RETRY_AFTER, seconds(verdict.retry).to_string())], Error::of(429)).into_response();
    Err(announce(platform, &verdict, refusal))
}

/// Tells the client what it has left.
pub fn announce(platform: &Platform, verdict: &Verdict, mut response: Response) -> Response {
    let remaining = format!(r#""default";r={};t={}"#, verdict.remaining, seconds(verdict.reset));
    response.headers_mut().insert(POLICY, platform.limiter.policy.clone());
    response.headers_mut().insert(REMAINING, HeaderValue::try_from(remaining).expect("ASCII signs are header text"));
    response
}

fn seconds(micros: u64) -> u64 {
    micros.div_ceil(1_000_000)
}
