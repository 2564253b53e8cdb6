//! Another service, called over HTTP. Slow, broken or gone, it costs a request some of its time and some of its answer,
//! and never the request.

use std::time::Duration;

use axum::http::HeaderMap;
use reqwest::{Client, redirect::Policy};
use serde::{Serialize, de::DeserializeOwned};
use tower::retry::budget::{Budget, TpsBudget};

use super::breaker::{Breaker, Turn};
use super::settings::time;
use super::{guard::REQUEST_ID, telemetry, trace};

/// Longest wait for the other service where no setting says otherwise.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(1);

/// Bytes of a body that are read.
const BODY: usize = 1 << 20;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Where the other service is, and whatever path its API is under
    #[arg(long, env, default_value = "http://127.0.0.1:9100", value_parser = base_url)]
    pub upstream_url: String,
    /// Longest wait for the other service, over both tries; at most nine tenths of REQUEST_TIMEOUT
    ///
    /// By default 3s, or nine tenths of REQUEST_TIMEOUT if that is less.
    #[arg(long, env, value_parser = time("10ms", "1h"))]
    pub upstream_timeout: Option<Duration>,
}

pub struct Upstream {
    client: Client,
    url: String,
    timeout: Duration,
    breaker: Breaker,
    /// A quarter of what may be in flight: requests that wait for another service leave room for those that need not.
    places: tokio::sync::Semaphore,
    /// Of second tries: one for ten calls, and one a second besides. When every call fails, to make each of them twice
    /// would only add to the load on what is down.
    retries: TpsBudget,
}

/// What the other service has, or what stands in for it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Fetched<T> {
    /// Whether the other service failed, so that `data` is empty
    degraded: bool,
    /// For people; only if degraded
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    data: T,
}

impl Upstream {
    /// # Errors
    /// If this machine has no certificates to trust.
    pub fn new(settings: &super::Settings) -> anyhow::Result<Self> {
        // Proxies are not taken from the environment: what the service calls is what its settings name.
        let client = Client::builder().no_proxy().redirect(Policy::none()).connect_timeout(CONNECT).build()?;
        let Settings { upstream_url, upstream_timeout } = &settings.upstream;
        let timeout = upstream_timeout.unwrap_or(TIMEOUT.min(longest(settings)));
        let (url, breaker) = (upstream_url.trim_end_matches('/').to_owned(), Breaker::new("upstream", 0));
        let places = tokio::sync::Semaphore::new(settings.guard.max_in_flight.get().div_ceil(4));
        Ok(Self { client, url, timeout, breaker, places, retries: TpsBudget::new(Duration::from_secs(10), 1, 0.1) })
    }

    /// What is at this path, for the request that has these headers.
    pub async fn get<T: DeserializeOwned + Default>(&self, path: &str, headers: &HeaderMap) -> Fetched<T> {
        let place = self.places.try_acquire();
        let skip = place.is_err() || matches!(self.breaker.turn(), Turn::Wait);
        let found = if skip { None } else { self.breaker.call(self.timeout, self.find(path, headers)).await.ok() };
        //~ if monitoring
        let result = found.as_ref().map_or("failed", |found| if found.is_some() { "answered" } else { "refused" });
        metrics::counter!("upstream_requests_total", "result" => result).increment(1);
        //~ endif
        let data = found.flatten();
        let message = data.is_none().then_some("Service temporarily unavailable");
        Fetched { degraded: data.is_none(), message, data: data.unwrap_or_default() }
    }

    /// `None` if it answers without what was asked for. The breaker counts only that it does not answer, or with 5xx.
    async fn find<T: DeserializeOwned + Default>(&self, path: &str, headers: &HeaderMap) -> anyhow::Result<Option<T>> {
        let send = async || {
            let request = self.client.get(format!("{}{path}", self.url)).headers(passed_on(headers));
            let response = request.send().await?;
            anyhow::ensure!(!response.status().is_server_error(), "status {}", response.status());
            Ok(response)
        };
        self.retries.deposit();
        let mut response = send().await;
        if response.is_err() && self.retries.withdraw() {
            telemetry::count("upstream_retries_total");
            // At random, so that all who failed together do not come back together.
            tokio::time::sleep(Duration::from_millis(fastrand::u64(..100))).await;
            response = send().await;
        }
        let response = response?;
        match response.status().as_u16() {
            200 => self.decode(response).await,
            404 => Ok(Some(T::default())),
            _ => Ok(None),
        }
    }

    /// `None` if the body is not what this service takes: that is about one answer, not an outage.
    async fn decode<T: DeserializeOwned>(&self, response: reqwest::Response) -> anyhow::Result<Option<T>> {
        let data = match read(response).await? {
            Some(body) => serde_json::from_slice(&body).map_err(|error| format!("a body that cannot be read: {error}")),
            None => Err(format!("a body of more than {BODY} bytes")),
        };
        Ok(data.inspect_err(|error| self.breaker.report(error)).ok())
    }
}

/// The body, or `None` if it is too long.
async fn read(mut response: reqwest::Response) -> anyhow::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > BODY {
            return Ok(None);
        }
    }
    Ok(Some(body))
}

/// By which the other service's log and traces can be found.
fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let names = [REQUEST_ID, trace::TRACEPARENT, trace::TRACESTATE];
    names.iter().flat_map(|name| headers.get_all(name).iter().map(|value| (name.clone(), value.clone()))).collect()
}

/// A call ends before its request does, so that there is time to answer without it.
fn longest(settings: &super::Settings) -> Duration {
    settings.guard.request_timeout * 9 / 10
}

/// The rule that `UPSTREAM_TIMEOUT` breaks together with `REQUEST_TIMEOUT`.
pub fn contradiction(settings: &super::Settings) -> Option<(&'static [&'static str], &'static str)> {
    let timeout = settings.upstream.upstream_timeout.filter(|timeout| *timeout > longest(settings));
    timeout.map(|_| (&["UPSTREAM_TIMEOUT", "REQUEST_TIMEOUT"][..], "more than nine tenths of REQUEST_TIMEOUT"))
}

/// The rule of `UPSTREAM_URL`: paths are appended to it.
///
/// # Errors
/// If it is no URL of HTTP, or has a query or a fragment.
pub fn base_url(text: &str) -> Result<String, &'static str> {
    let http = |url: &reqwest::Url| matches!(url.scheme(), "http" | "https") && !text.contains(['?', '#', ' ']);
    let url = text.parse().ok().filter(http).filter(|_| text.contains("://"));
    url.map(|_| text.to_owned()).ok_or("not a URL such as https://reviews.example/v1, without query and fragment")
}
