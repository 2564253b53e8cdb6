//! A shared server may fail and recover: no request waits for it, and no restart is needed.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app::platform::breaker::{FAILURES, Failure, OPEN_FOR};
use app::platform::link::Link;
use futures_util::FutureExt;
use tokio::time::{Instant, sleep};

use crate::support::{fastest, within};

/// A link whose clients are numbers: the count of earlier connections.
pub fn numbered(connects: impl Fn(usize) -> bool + Send + Sync + 'static) -> (Arc<Link<usize>>, Arc<AtomicUsize>) {
    let attempts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&attempts);
    let connect = move || {
        let attempt = counted.fetch_add(1, Ordering::Relaxed);
        let connected = connects(attempt);
        async move { if connected { Ok(attempt) } else { Err(anyhow::anyhow!("refused")) } }.boxed()
    };
    (Link::new("numbers", Box::new(connect), |_| async { Ok(()) }.boxed()), attempts)
}

/// An error of the server, or of one command only.
struct Broken {
    is_outage: bool,
}

impl Failure for Broken {
    fn is_outage(&self) -> bool {
        self.is_outage
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken")
    }
}

async fn ask(link: &Arc<Link<usize>>) -> Option<usize> {
    link.run(async |number| Ok::<_, Broken>(number)).await
}

pub async fn fail(link: &Arc<Link<usize>>) {
    assert_eq!(link.run(async |_| Err::<(), _>(Broken { is_outage: true })).await, None);
}

#[tokio::test]
async fn an_established_connection_is_used() {
    let (link, attempts) = numbered(|_| true);
    Arc::clone(&link).connect().await;
    assert_eq!((ask(&link).await, ask(&link).await), (Some(0), Some(0)));
    assert_eq!(attempts.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn after_five_failures_it_connects_from_scratch_so_a_new_address_or_password_is_found() {
    let (link, attempts) = numbered(|_| true);
    Arc::clone(&link).connect().await;
    for _ in 0..4 {
        fail(&link).await;
    }
    assert_eq!(ask(&link).await, Some(0), "four failures are no outage");
    for _ in 0..5 {
        fail(&link).await;
    }
    for _ in 0..100 {
        assert_eq!(ask(&link).await, None, "no attempt is made");
    }
    assert_eq!(attempts.load(Ordering::Relaxed), 1);
    let connects = async || ask(&link).await == Some(1);
    within(OPEN_FOR + Duration::from_secs(5), "it has connected again", connects).await;
    assert_eq!(attempts.load(Ordering::Relaxed), 2, "one caller did that for all");
}

#[tokio::test]
async fn while_it_cannot_connect_no_request_waits_and_one_attempt_is_made_at_a_time() {
    let (link, attempts) = numbered(|attempt| attempt >= 2);
    let start = Instant::now();
    Arc::clone(&link).connect().await;
    let connected = async || {
        let asked = Instant::now();
        let answer = ask(&link).await;
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        answer == Some(2)
    };
    within(2 * OPEN_FOR + Duration::from_secs(5), "the third attempt works", connected).await;
    assert_eq!(attempts.load(Ordering::Relaxed), 3);
    assert!(start.elapsed() >= 2 * OPEN_FOR, "it was tried too often: {:?}", start.elapsed());
}

#[tokio::test]
async fn a_command_without_a_response_times_out_after_25_ms() {
    let (link, _) = numbered(|_| true);
    Arc::clone(&link).connect().await;
    let hang = async |_| {
        sleep(Duration::from_secs(60)).await;
        Ok::<_, Broken>(())
    };
    let took = fastest(async || assert_eq!(link.run(hang).await, None)).await;
    assert!((25..300).contains(&took.as_millis()), "{took:?}");
}

#[tokio::test]
async fn errors_about_one_command_are_no_outage_whatever_their_number() {
    let (link, _) = numbered(|_| true);
    Arc::clone(&link).connect().await;
    for _ in 0..10 * FAILURES {
        assert_eq!(link.run(async |_| Err::<(), _>(Broken { is_outage: false })).await, None);
    }
    assert_eq!(ask(&link).await, Some(0));
}

#[tokio::test]
async fn a_server_slower_than_the_command_timeout_is_not_used_again_until_it_is_fast() {
    let slow = |_| {
        let ping = async {
            sleep(Duration::from_millis(200)).await;
            Ok(())
        };
        ping.boxed()
    };
    let link = Link::new("slow", Box::new(|| async { Ok(0) }.boxed()), slow);
    Arc::clone(&link).connect().await;
    let until = Instant::now() + 2 * OPEN_FOR;
    while Instant::now() < until {
        assert_eq!(ask(&link).await, None);
        sleep(Duration::from_millis(100)).await;
    }
}
