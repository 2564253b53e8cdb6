//! Spans that the receiver does not take.

use std::time::Duration;

use futures_util::future::join_all;

use crate::receiver::{self, received};
use crate::scrape::Scrape;
use crate::spans::recorded;
use crate::support::http::Connection;
use crate::support::process::Process;
use crate::support::{eventually, within};

/// More requests than fit wait for a receiver that hangs: the rest is counted by the series.
pub async fn is_bounded(series: &str) {
    const CONNECTIONS: usize = 8;
    const CAPACITY: usize = 2_048;
    let server = Process::start(&[&receiver::flag(&receiver::stuck())]).await;
    let dropped = async |reason: &str| {
        let series = format!("{series}{{reason=\"{reason}\"}}");
        Scrape::of(server.admin).await.value(&series).unwrap_or_else(|| panic!("there is no {series}")) as usize
    };
    assert_eq!((dropped("full").await, dropped("failed").await), (0, 0));
    let mut connections = join_all([server.public; CONNECTIONS].map(Connection::open)).await;
    let mut sent = 0;
    // A fixed number of requests might not fill it: the receiver's time-out makes room for others meanwhile.
    let is_full = async || {
        join_all(connections.iter_mut().map(send_hundred)).await;
        sent += CONNECTIONS * 100;
        dropped("full").await > 0
    };
    within(Duration::from_secs(60), "no more fits", is_full).await;
    let counted = async || dropped("full").await + dropped("failed").await;
    eventually("they are counted", async || counted().await + CAPACITY >= sent).await;
    eventually("those that cannot be sent are counted", async || dropped("failed").await > 0).await;
}

async fn send_hundred(connection: &mut Connection) {
    for _ in 0..100 {
        assert_eq!(connection.send(recorded("/greet")).await.status, 200);
    }
}

#[tokio::test]
async fn what_waits_is_bounded_and_what_is_dropped_is_counted() {
    is_bounded("spans_dropped_total").await;
}

#[tokio::test]
async fn the_queue_is_emptied() {
    const BATCHES: usize = 4;
    let server = Process::start(&[]).await;
    let mut connection = Connection::open(server.public).await;
    for batch in 1..=BATCHES {
        for _ in 0..1_000 {
            assert_eq!(connection.send(recorded("/greet")).await.status, 200);
        }
        let arrived = async || received(server.admin, |stream| stream.spans.len()) == batch * 1_000;
        eventually("all spans arrive", arrived).await;
    }
}
