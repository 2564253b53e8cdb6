//! Spans and log records that the collector does not take.

use crate::otlp::recorded;
use crate::scrape::{self, Scrape};
use crate::support::eventually;
use crate::support::http::Connection;
use crate::support::process::Process;

#[tokio::test]
async fn what_waits_is_bounded_and_what_is_dropped_is_counted() {
    const REQUESTS: usize = 6_000;
    const CAPACITY: usize = 2_048;
    let [endpoint, _] = scrape::flags(&scrape::stuck());
    let server = Process::start(&[&endpoint]).await;
    let dropped = async |series: &str, reason: &str| {
        let series = format!("{series}{{reason=\"{reason}\"}}");
        Scrape::of(server.admin).await.value(&series).unwrap_or_else(|| panic!("there is no {series}")) as usize
    };
    let all = ["spans_dropped_total", "log_records_dropped_total"];
    for series in all {
        assert_eq!((dropped(series, "full").await, dropped(series, "failed").await), (0, 0));
    }
    let mut connection = Connection::open(server.public).await;
    for _ in 0..REQUESTS {
        assert_eq!(connection.send(recorded("/greet")).await.status, 200);
    }
    for series in all {
        assert!(dropped(series, "full").await > 0, "{series}");
        let counted = async || dropped(series, "full").await + dropped(series, "failed").await;
        eventually("they are counted", async || counted().await >= REQUESTS - CAPACITY).await;
    }
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
        let arrived = async || scrape::stream(server.admin).spans.len() == batch * 1_000;
        eventually("all spans arrive", arrived).await;
    }
}
