//! The harness: servers in this process, the binary itself, a client, and what was logged.

//= pub mod

//= database
use std::env;
use std::future::pending;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

//= use
use app::app::bind;
use app::config::Config;
use app::platform::server::Server;
use app::platform::settings::Environment;
use app::state::App;
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

/// The time-out of every wait: only a failed test takes so long.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Polls until the condition holds.
pub async fn eventually(what: &str, is_so: impl AsyncFnMut() -> bool) {
    within(TIMEOUT, what, is_so).await;
}

/// As [`eventually`], where the time it takes matters.
pub async fn within(time: Duration, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let so = async {
        while !is_so().await {
            sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(timeout(time, so).await.is_ok(), "not within {time:?}: {what}");
}

/// The shortest time of five attempts: a busy machine slows down some of them, a fault of the service all.
pub async fn fastest<T>(mut attempt: impl AsyncFnMut() -> T) -> Duration {
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        attempt().await;
        fastest = fastest.min(began.elapsed());
    }
    fastest
}

/// The result of `value` rises by one after `event`.
pub async fn rises(what: &str, value: impl AsyncFn() -> f64, event: impl AsyncFnOnce()) {
    let before = value().await;
    event().await;
    let mut after = before;
    let changes = async || {
        after = value().await;
        after != before
    };
    eventually(&format!("{what} rises"), changes).await;
    assert_eq!(after, before + 1.0, "{what}");
}

/// Runs a test in a process of its own, because counters, memory and the log are shared within a process. `test` is the
/// full name of the test that calls this.
pub async fn alone(test: &str, body: impl Future<Output = ()>) {
    if env::var_os("ALONE").is_some() {
        return body.await;
    }
    let this = env::current_exe().expect("a running program has a path");
    let output = Command::new(this).args(["--exact", test]).env("ALONE", "yes").output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// `GET /test/hang` is never answered; each request that reaches it sends a notification.
pub fn hang() -> (Arc<Notify>, Router) {
    let entered = Arc::new(Notify::new());
    let handler = {
        let entered = Arc::clone(&entered);
        async move || {
            entered.notify_one();
            pending::<&str>().await
        }
    };
    (entered, Router::new().route("/test/hang", get(handler)))
}

/// What a server under test has beside it; dropped with the server.
pub struct Fixture {
    //= fixture
    /// The settings of the server.
    pub flags: Vec<String>,
}

impl Fixture {
    async fn new(of_the_test: &[&str]) -> Self {
        let flags = flags(of_the_test);
        //= set-up
        Self {
            //= values
            // With those of each step above.
            flags,
        }
    }

    /// Returns once the server that listens here is ready.
    async fn ready(&self, admin: SocketAddr) {
        let is_ready = async || http::get(admin, "/health/ready").await.status == 200;
        eventually("the server is ready", is_ready).await;
        //= ready
    }
}

/// Adds the credential that the service requires for this request.
fn permit(request: http::Request) -> http::Request {
    //= permit
    request
}

/// A server in this process with these flags.
pub fn bind_here(flags: Vec<String>, routes: Router) -> (Arc<App>, Server) {
    //= here
    bind(config(flags), routes).expect("the ports are free")
}

/// The configuration that `serve` would have with these flags, whatever the variables of this process.
pub fn config(flags: Vec<String>) -> Config {
    let args = std::iter::once("app".into()).chain(flags.into_iter().map(Into::into));
    Config::read(args, &Environment::default()).expect("the flags are valid")
}

/// The ports that were free.
pub fn addresses(server: &Server) -> (SocketAddr, SocketAddr) {
    let address = |listener: &TcpListener| listener.local_addr().expect("a bound socket has an address");
    (address(&server.public), address(&server.admin))
}

/// Free ports, the settings that every test needs, and those of this test, which come last and so override the others.
pub fn flags(of_the_test: &[&str]) -> Vec<String> {
    let mut flags = vec!["--port=0".to_owned(), "--admin-port=0".to_owned()];
    //= flags
    flags.extend(of_the_test.iter().map(ToString::to_string));
    flags
}
