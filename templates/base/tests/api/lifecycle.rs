//! Start and shutdown: readiness, draining, exit codes, and the messages of the binary when it cannot run.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::support::http::{self, Connection, raw, read_some, read_to_end, request, send};
use crate::support::process::{Process, run, run_serve};
use crate::support::server::TestServer;
use crate::support::{eventually, hang, logs};

#[tokio::test]
async fn a_shutdown_ends_readiness_then_finishes_requests_in_flight() {
    let (entered, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (entered, finish) = (Arc::clone(&entered), Arc::clone(&finish));
        async move || {
            entered.notify_one();
            finish.notified().await;
            "finished"
        }
    };
    let routes = Router::new().route("/test/slow", get(handler));
    let settings = ["--drain-delay=2s", "--drain-timeout=10s"];
    let server = TestServer::with_routes(&settings, routes).await;
    let (public, admin) = (server.public, server.admin);
    let mut kept = Connection::open(public).await;
    assert_eq!(kept.send(request("GET", "/health/ready")).await.status, 200);
    let slow = tokio::spawn(send(public, request("GET", "/test/slow")));
    entered.notified().await;

    let asked = Instant::now();
    let ended = server.stop();
    let ready = async |port| http::get(port, "/health/ready").await.status;
    eventually("readiness ends before the port closes", async || ready(public).await == 503).await;
    assert_eq!(ready(admin).await, 503);
    assert_eq!(http::get(admin, "/health/live").await.status, 200);
    assert_eq!(kept.send(request("GET", "/greet")).await.status, 200, "on an old connection");
    assert_eq!(http::get(public, "/greet").await.status, 200, "on a new connection");

    eventually("the port closes", async || TcpStream::connect(public).await.is_err()).await;
    assert!(asked.elapsed() >= Duration::from_millis(1990), "{:?}", asked.elapsed());
    assert_eq!(http::get(admin, "/health/live").await.status, 200, "the admin port responds until the end");
    assert!(!slow.is_finished() && !ended.is_finished());
    finish.notify_one();
    let slow = slow.await.unwrap();
    assert_eq!((slow.status, slow.text()), (200, "finished"));
    let ended = timeout(Duration::from_secs(5), ended).await;
    ended.expect("nothing is left to wait for").unwrap();
}

#[tokio::test]
async fn after_sigterm_each_response_closes_its_connection() {
    let server = TestServer::start(&["--drain-delay=3s"]).await;
    let (public, admin) = (server.public, server.admin);
    let mut idle = Vec::new();
    for port in [public, public, public, admin] {
        let mut connection = Connection::open(port).await;
        let before = connection.send(request("GET", "/health/live")).await;
        assert_eq!((before.status, before.header("connection")), (200, ""));
        idle.push(connection);
    }
    let ended = server.stop();
    eventually("it drains", async || http::get(admin, "/health/ready").await.status == 503).await;
    for mut connection in idle {
        let last = connection.send(request("GET", "/health/live")).await;
        assert_eq!((last.status, last.header("connection")), (200, "close"));
        connection.closed().await;
    }
    for (method, path) in [("GET", "/greet"), ("GET", "/nowhere"), ("POST", "/greet"), ("GET", "/health/ready")] {
        assert_eq!(send(public, request(method, path)).await.header("connection"), "close", "{method} {path}");
    }
    assert!(!ended.is_finished());
}

#[tokio::test]
async fn a_client_that_sends_within_the_drain_delay_is_not_cut_off() {
    let server = TestServer::start(&["--drain-delay=5s"]).await;
    let public = server.public;
    let mut clients = JoinSet::new();
    for number in 0..16 {
        let mut connection = Connection::open(public).await;
        assert_eq!(connection.send(request("GET", "/greet")).await.status, 200);
        clients.spawn(async move {
            sleep(Duration::from_millis(150) * number).await;
            // A POST, because clients do not retry it by themselves when the connection ends without a response.
            connection.send(request("POST", "/greet").json("{}")).await.status
        });
    }
    let half = raw(public, request("GET", "/greet").to_bytes()).await;
    assert!(read_some(&half).await.starts_with("HTTP/1.1 200 "));
    let stopped = Instant::now();
    let ended = server.stop();
    assert_eq!(clients.join_all().await, [405; 16]);
    let next = b"GET /greet HTTP/1.1\r\nhost: app\r\nx-slow: ";
    http::write(&half, next).await.expect("it is open, because the delay has not ended");

    let silent = Connection::open(public).await;
    silent.closed().await;
    assert!(stopped.elapsed() > Duration::from_millis(4900), "{:?}", stopped.elapsed());
    http::write(&half, b"ly\r\n\r\n").await.expect("it is open, because a request is on its way");
    let answer = read_to_end(&half).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    ended.await.unwrap();
}

#[tokio::test]
async fn a_response_that_is_written_when_the_drain_delay_ends_is_completed_and_the_last() {
    // More than the kernel buffers for a client.
    const LARGE: usize = 16 << 20;
    let routes = Router::new().route("/test/large", get(async || "x".repeat(LARGE)));
    let server = TestServer::with_routes(&["--drain-delay=0s", "--drain-timeout=5min"], routes).await;
    let public = server.public;
    let client = raw(public, request("GET", "/test/large").to_bytes()).await;
    let begun = read_some(&client).await;
    assert!(begun.starts_with("HTTP/1.1 200 ") && !begun.contains("connection: close"), "{begun}");

    let ended = server.stop();
    eventually("the port closes", async || TcpStream::connect(public).await.is_err()).await;
    let rest = read_to_end(&client).await;
    assert!(begun.len() + rest.len() > LARGE, "{} bytes", begun.len() + rest.len());
    let ended = timeout(Duration::from_secs(20), ended).await;
    ended.expect("nothing is left to wait for").unwrap();
}

#[tokio::test]
async fn a_request_that_is_cut_at_the_drain_timeout_is_logged() {
    let (entered, routes) = hang();
    let server = TestServer::with_routes(&["--drain-delay=0s", "--drain-timeout=1s"], routes).await;
    let hang = request("GET", "/test/hang").header("x-request-id", "cut-while-draining");
    let client = raw(server.public, hang.to_bytes()).await;
    entered.notified().await;
    let stopped = Instant::now();
    server.stop().await.unwrap();
    assert!(stopped.elapsed() < Duration::from_secs(5), "{:?}", stopped.elapsed());
    // Must be written before the server ends, or it would be lost when the process exits.
    let [line] = &logs::about("cut-while-draining")[..] else { panic!("not one line") };
    assert_eq!((&line["status"], &line["error"]), (&503.into(), &"cut at the drain time-out".into()));
    assert_eq!(read_to_end(&client).await, "");
}

#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    let server = Process::start(&["--drain-delay=60s"]).await;
    let admin = server.admin;
    server.terminate();
    eventually("it drains", async || http::get(admin, "/health/ready").await.status == 503).await;
    server.terminate();
    assert_eq!(server.ended().await.code, Some(143));
}

#[tokio::test]
async fn sigterm_is_exit_code_0_within_the_grace_period_even_with_stuck_clients() {
    let server = Process::start(&["--drain-delay=100ms", "--drain-timeout=500ms"]).await;
    let half = "GET /greet HTTP/1.1\r\nhost: app\r\nx-slow: ";
    let _stuck = [raw(server.public, half).await, raw(server.admin, half).await];
    let _silent = [raw(server.public, "").await, raw(server.admin, "").await];
    let mut idle = Connection::open(server.public).await;
    assert_eq!(idle.send(request("GET", "/greet")).await.status, 200);

    let asked = Instant::now();
    server.terminate();
    let ended = server.ended().await;
    assert_eq!((ended.code, ended.stderr), (Some(0), vec![]));
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    let greetings = ended.stdout.iter().filter(|line| line.contains("/greet"));
    assert_eq!(greetings.count(), 1, "{:?}", ended.stdout);
}

#[tokio::test]
async fn an_idle_server_does_not_wait_for_the_drain_timeout() {
    let server = Process::start(&["--drain-delay=0s", "--drain-timeout=60s"]).await;
    let mut idle = Connection::open(server.public).await;
    assert_eq!(idle.send(request("GET", "/greet")).await.status, 200);
    server.terminate();
    assert_eq!(server.ended().await.code, Some(0));
}

#[tokio::test]
async fn wrong_settings_are_exit_code_2_with_every_problem_named() {
    let wrong = [("PORT", "eighty"), ("REQUEST_TIMEOUT", "soon"), ("MAX_IN_FLIGHT", "many")];
    let ended = run(&["serve", "--log-format=shiny"], &wrong).await;
    assert_eq!((ended.code, ended.stdout), (Some(2), vec![]), "{:?}", ended.stderr);
    for (name, value) in wrong.into_iter().chain([("LOG_FORMAT", "shiny")]) {
        let line = ended.stderr.iter().find(|line| line.contains(&format!("{name}: ")));
        let line = line.unwrap_or_else(|| panic!("{name} is not named: {:?}", ended.stderr));
        assert!(!line.contains(value), "a value may be a secret: {line}");
    }
}

#[tokio::test]
async fn a_busy_port_is_one_clear_line_and_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let port = format!("--admin-port={}", address.port());
    let ended = run_serve(&[&port]).await;
    assert_eq!((ended.code, ended.stdout), (Some(1), vec![]));
    let [line] = &ended.stderr[..] else { panic!("{:?}", ended.stderr) };
    assert!(line.contains(&address.to_string()), "{line}");
}

#[tokio::test]
async fn healthcheck_is_exit_code_0_only_while_the_server_is_ready() {
    let server = Process::start(&["--drain-delay=30s"]).await;
    let port = server.admin.port().to_string();
    let check = async || run(&["healthcheck"], &[("ADMIN_PORT", &port)]).await;
    let ended = check().await;
    assert_eq!((ended.code, ended.stderr), (Some(0), vec![]));

    server.terminate();
    eventually("draining is not ready", async || check().await.code == Some(1)).await;
    drop(server);
    let ended = check().await;
    assert_eq!((ended.code, ended.stderr.len()), (Some(1), 1), "{:?}", ended.stderr);
}
