//! Which client a request counts against, how much each has left, and what answers say of it, in the headers of
//! draft-ietf-httpapi-ratelimit-headers. In this process and in bounded memory.

use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed};
use std::{net::IpAddr, net::Ipv6Addr, time::Duration, time::Instant};

use axum::http::{HeaderName, HeaderValue, header};
use axum::{extract::Request, response::IntoResponse, response::Response};
use moka::{policy::EvictionPolicy, sync::Cache};

use super::quota::{Quota, Verdict};
use super::{Platform, client::Client, connection::Peer, error::Error, forwarded, settings::number, telemetry};

pub const REMAINING: HeaderName = HeaderName::from_static("ratelimit");
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// About 20 MB. When there are more, the one seen longest ago gives way, and starts afresh should it return.
const CLIENTS: u64 = 100_000;

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
    clients: Cache<Client, Arc<AtomicU64>>,
    start: Instant,
}

impl Limiter {
    pub fn new(quota: Quota) -> Self {
        // The default policy may refuse to take in a newcomer, and so never count it.
        let clients = Cache::builder().max_capacity(CLIENTS).eviction_policy(EvictionPolicy::lru());
        // A client that was idle for a whole period has its full quota again.
        let clients = clients.time_to_idle(Duration::from_micros(quota.period)).build();
        let policy = format!(r#""default";q={};w={}"#, quota.requests, quota.period.div_ceil(1_000_000));
        Self { quota, policy: policy.try_into().expect("ASCII"), clients, start: Instant::now() }
    }

    /// Counts a request of this client.
    pub fn check(&self, client: Client) -> Verdict {
        let now = self.start.elapsed().as_micros() as u64;
        let whole = self.clients.get_with(client, Arc::default);
        let decide = |before| self.quota.decide(before, now);
        let (Ok(before) | Err(before)) = whole.fetch_update(Relaxed, Relaxed, |before| Some(decide(before).0));
        decide(before).1
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
