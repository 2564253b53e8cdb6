//! The rate limit of each client as this process counts it, in bounded memory, and the headers that tell the client what
//! is left of it (draft-ietf-httpapi-ratelimit-headers).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::{mem, time::Instant};

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::quota::{Quota, Verdict};
use super::{Platform, client::Client, error::Error, settings::number, telemetry};

pub const REMAINING: HeaderName = HeaderName::from_static("ratelimit");
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The most clients that are counted; as addresses, they take at most 10 MB.
const MAX_CLIENTS: usize = 100_000;

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
    /// The header that describes the quota.
    policy: HeaderValue,
    clients: Mutex<Clients>,
    start: Instant,
}

/// The time at which the quota of each client is full again, in two generations. The older one is dropped when the
/// younger one is a period old, since all its quotas are full by then, or when the younger one has reached its size,
/// which bounds the memory: a client that is dropped then has its full quota again.
#[derive(Default)]
struct Clients {
    young: HashMap<Client, u64>,
    old: HashMap<Client, u64>,
    /// The start of the younger generation.
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
        let full_at = young.entry(client).or_insert_with_key(|client| old.get(client).copied().unwrap_or_default());
        let (next, verdict) = self.quota.decide(*full_at, now);
        *full_at = next;
        verdict
    }
}

impl Clients {
    /// Starts a new generation if the younger one is old enough or full.
    fn turn(&mut self, now: u64, period: u64) {
        if self.young.len() >= MAX_CLIENTS / 2 || now - self.began > period {
            mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
            self.began = now;
        }
    }
}

/// Counts the request.
///
/// # Errors
/// The response to a client that has used up its quota.
pub async fn check(platform: &Platform, client: Client) -> Result<Verdict, Response> {
    //= verdict
    if verdict.allowed {
        return Ok(verdict);
    }
    telemetry::count("http_requests_limited_total");
    // Rounded up, so that a client that waits this long is not rejected again.
    let error = Error { r#type: "rate_limited", message: "too many requests, slow down", ..Error::of(429) };
    let refusal = ([(header::RETRY_AFTER, seconds(verdict.retry).to_string())], error).into_response();
    Err(announce(platform, &verdict, refusal))
}

/// Adds the headers that tell the client what is left of its quota.
pub fn announce(platform: &Platform, verdict: &Verdict, mut response: Response) -> Response {
    let [remaining, reset] = [verdict.remaining, seconds(verdict.reset)].map(|number| number.to_string());
    // Cheaper than `format!`, and made for every response.
    let remaining = [r#""default";r="#, &remaining, ";t=", &reset].concat();
    response.headers_mut().insert(POLICY, platform.limiter.policy.clone());
    response.headers_mut().insert(REMAINING, HeaderValue::try_from(remaining).expect("ASCII signs are header text"));
    response
}

fn seconds(micros: u64) -> u64 {
    micros.div_ceil(1_000_000)
}
