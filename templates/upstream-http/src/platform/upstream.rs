//! Another service, called over HTTP. If it is slow or fails, a request takes longer and its response lacks data, but
//! the request never fails.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue};
use reqwest::{Client, redirect::Policy};
use serde::{Serialize, de::DeserializeOwned};
use tower::retry::budget::{Budget, TpsBudget};

use super::breaker::{Breaker, Turn};
use super::settings::time;
use super::telemetry::{self, Line};
use super::trace::{REQUEST_ID, TRACEPARENT, TRACESTATE, Trace};

/// The default time-out for a call.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3);

/// The time-out for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The maximum bytes of a response body.
const MAX_BODY: usize = 1 << 20;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Base URL of the other service, including the path of its API
    #[arg(long, env, hide_env_values = true, default_value = "http://127.0.0.1:9100", value_parser = base_url)]
    pub upstream_url: String,
    /// Longest wait for the other service, including the retry; at most nine tenths of REQUEST_TIMEOUT
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
    /// A quarter of the requests that may be in flight: requests that wait for the other service leave room for the
    /// others.
    permits: tokio::sync::Semaphore,
    /// The budget for retries: one for ten calls, plus one a second. If every call fails, retrying all of them would
    /// double the load on the failing service.
    retries: TpsBudget,
}

/// The data of the other service, or a fallback.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Fetched<T> {
    /// Whether the other service failed, so that `data` is empty
    degraded: bool,
    /// Human-readable; only if degraded
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    data: T,
}

impl Upstream {
    /// # Errors
    /// If this machine has no trusted certificates.
    pub fn new(settings: &super::Settings) -> anyhow::Result<Self> {
        // Proxy variables of the environment are ignored: only the settings determine which servers are called.
        let client = Client::builder().no_proxy().redirect(Policy::none()).connect_timeout(CONNECT_TIMEOUT).build()?;
        let Settings { upstream_url, upstream_timeout } = &settings.upstream;
        let timeout = upstream_timeout.unwrap_or(DEFAULT_TIMEOUT.min(longest(settings)));
        Ok(Self {
            client,
            url: upstream_url.trim_end_matches('/').to_owned(),
            timeout,
            breaker: Breaker::new("upstream", 0),
            permits: tokio::sync::Semaphore::new(settings.guard.max_in_flight.get().div_ceil(4)),
            retries: TpsBudget::new(Duration::from_secs(10), 1, 0.1),
        })
    }

    /// The data at this path, fetched for the request with these headers.
    pub async fn get<T: DeserializeOwned + Default>(&self, path: &str, headers: &HeaderMap) -> Fetched<T> {
        let permit = self.permits.try_acquire();
        let skip = permit.is_err() || matches!(self.breaker.turn(), Turn::Wait);
        let found = if skip { None } else { self.breaker.call(self.timeout, self.find(path, headers)).await.ok() };
        //~ if monitoring
        let result = match &found {
            Some(Some(_)) => "answered",
            Some(None) => "refused",
            None if skip => "skipped",
            None => "failed",
        };
        metrics::counter!("upstream_requests_total", "result" => result).increment(1);
        //~ endif
        let data = found.flatten();
        let message = data.is_none().then_some("Service temporarily unavailable");
        Fetched { degraded: data.is_none(), message, data: data.unwrap_or_default() }
    }

    /// `None` if the response has no usable data. The breaker counts only errors, time-outs and 5xx.
    async fn find<T: DeserializeOwned + Default>(&self, path: &str, headers: &HeaderMap) -> anyhow::Result<Option<T>> {
        let send = async || {
            let request = self.client.get(format!("{}{path}", self.url)).headers(passed_on(headers)).build()?;
            //= call
            let response = self.client.execute(request).await?;
            //= called
            anyhow::ensure!(!response.status().is_server_error(), "status {}", response.status());
            Ok(response)
        };
        self.retries.deposit();
        let mut response = send().await;
        if let Err(error) = &response
            && self.retries.withdraw()
        {
            tracing::warn!(error = format!("{error:#}"), "a call to the other service failed, trying again");
            telemetry::count("upstream_retries_total");
            // A random delay, so that requests that failed together do not retry together.
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

    /// `None` if the body cannot be used: that concerns one response and is not an outage.
    async fn decode<T: DeserializeOwned>(&self, response: reqwest::Response) -> anyhow::Result<Option<T>> {
        let data = match read(response).await? {
            Some(body) => serde_json::from_slice(&body).map_err(|error| format!("a body that cannot be read: {error}")),
            None => Err(format!("a body of more than {MAX_BODY} bytes")),
        };
        Ok(data.inspect_err(|error| self.breaker.report(error)).ok())
    }
}

/// The body, or `None` if it is too long.
async fn read(mut response: reqwest::Response) -> anyhow::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY {
            return Ok(None);
        }
    }
    Ok(Some(body))
}

impl Trace {
    /// Makes this request the parent of the calls that pass its headers on. `tracestate` is only valid with the
    /// `traceparent` that it arrived with.
    pub fn enter(&self, headers: &mut HeaderMap) {
        let (span, flags) = (self.span, u8::from(self.sampled));
        let parent = HeaderValue::try_from(format!("00-{self}-{span:016x}-{flags:02x}"));
        headers.insert(TRACEPARENT, parent.expect("digits are header text"));
        if self.parent == 0 {
            headers.remove(TRACESTATE);
        }
    }
}

/// The request with its id and its trace in the headers, which its handler gives to [`Upstream::fetch`].
pub fn identify(mut request: Request, line: &Line) -> Request {
    request.headers_mut().insert(REQUEST_ID, line.id.clone());
    line.trace.enter(request.headers_mut());
    request
}

/// The headers that connect the logs and traces of the two services.
fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let names = [REQUEST_ID, TRACEPARENT, TRACESTATE];
    names.iter().flat_map(|name| headers.get_all(name).iter().map(|value| (name.clone(), value.clone()))).collect()
}

/// The maximum time-out of a call: shorter than that of its request, so that there is time to respond without the data.
fn longest(settings: &super::Settings) -> Duration {
    settings.guard.request_timeout * 9 / 10
}

/// The rule that `UPSTREAM_TIMEOUT` and `REQUEST_TIMEOUT` break together.
pub fn contradiction(settings: &super::Settings) -> Option<(&'static [&'static str], &'static str)> {
    let timeout = settings.upstream.upstream_timeout.filter(|timeout| *timeout > longest(settings));
    timeout.map(|_| (&["UPSTREAM_TIMEOUT", "REQUEST_TIMEOUT"][..], "more than nine tenths of REQUEST_TIMEOUT"))
}

/// Parses `UPSTREAM_URL`, to which paths are appended.
///
/// # Errors
/// If it is not an HTTP URL, or has a query or a fragment.
pub fn base_url(text: &str) -> Result<String, &'static str> {
    let http = |url: &reqwest::Url| matches!(url.scheme(), "http" | "https") && !text.contains(['?', '#', ' ']);
    let url = text.parse().ok().filter(http).filter(|_| text.contains("://"));
    url.map(|_| text.to_owned()).ok_or("not a URL such as https://reviews.example/v1, without query and fragment")
}
