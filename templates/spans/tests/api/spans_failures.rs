//! Spans that the receiver does not take.

use crate::receiver::{self, received};
use crate::scrape::Scrape;
use crate::spans::recorded;
use crate::support::eventually;
use crate::support::http::Connection;
use crate::support::process::Process;

/// More requests than fit wait for a receiver that hangs: the rest is counted by the series.
pub async fn is_bounded(series: &str) {
    const REQUESTS: usize = 6_000;
    const CAPACITY: usize = 2_048;
    let server = Process::start(&[&receiver::flag(&receiver::stuck())]).await;
    let dropped = async |reason: &str| {
        let series = format!("{series}{{reason=\"{reason}\"}}");
        Scrape::of(server.admin).await.value(&series).unwrap_or_else(|| panic!("there is no {series}")) as usize
    };
    assert_eq!((dropped("full").await, dropped("failed").await), (0, 0));
    let mut connection = Connection::open(server.public).await;
    for _ in 0..REQUESTS {
        assert_eq!(connection.send(recorded("/greet")).await.status, 200);
    }
    assert!(dropped("full").await > 0, "{series}");
    let counted = async || dropped("full").await + dropped("failed").await;
    eventually("they are counted", async || counted().await >= REQUESTS - CAPACITY).await;
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
