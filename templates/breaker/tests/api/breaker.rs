//! The circuit breaker: when a call is made and when it is not.

use std::fmt;
use std::future::pending;
use std::time::Duration;

use anyhow::anyhow;
use app::platform::breaker::{Breaker, FAILURES, Failed, Failure, OPEN_FOR, Turn};
use futures_util::future::{join, join_all};
use tokio::sync::Notify;
use tokio::time::sleep;

const LIMIT: Duration = Duration::from_millis(20);

async fn fail(breaker: &Breaker) {
    let failed = breaker.call(LIMIT, async { Err::<(), _>(anyhow!("broken")) }).await;
    assert!(matches!(failed, Err(Failed::Error(_))));
}

#[tokio::test]
async fn after_five_failures_in_a_row_no_call_is_made_until_one_probes() {
    let breaker = Breaker::new("fails", 0);
    for _ in 0..FAILURES {
        assert!(matches!(breaker.turn(), Turn::Go));
        fail(&breaker).await;
    }
    assert!(matches!(breaker.turn(), Turn::Wait));
    sleep(OPEN_FOR).await;
    assert!(matches!(breaker.turn(), Turn::Probe));
    assert!(matches!(breaker.turn(), Turn::Wait), "one probes for all");
    breaker.call(LIMIT, async { anyhow::Ok(()) }).await.expect("it works again");
    assert!(matches!(breaker.turn(), Turn::Go));
}

#[tokio::test]
async fn calls_that_began_before_it_was_closed_do_not_open_it() {
    let breaker = Breaker::new("was frozen", 0);
    let closed = Notify::new();
    let call = async || {
        closed.notified().await;
        Err::<(), _>(anyhow!("it was frozen"))
    };
    let old = join_all((0..FAILURES).map(|_| breaker.call(OPEN_FOR * 100, call())));
    let recovery = async {
        for _ in 0..FAILURES {
            fail(&breaker).await;
        }
        sleep(OPEN_FOR).await;
        assert!(matches!(breaker.turn(), Turn::Probe));
        breaker.call(LIMIT, async { anyhow::Ok(()) }).await.expect("it works again");
        closed.notify_waiters();
    };
    let (old, ()) = join(old, recovery).await;
    assert!(old.iter().all(Result::is_err));
    assert!(matches!(breaker.turn(), Turn::Go));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_a_failure() {
    let breaker = Breaker::new("is silent", 0);
    for _ in 0..FAILURES {
        let failed = breaker.call(LIMIT, pending::<anyhow::Result<()>>()).await;
        assert!(matches!(failed, Err(Failed::Late(LIMIT))));
    }
    assert!(matches!(breaker.turn(), Turn::Wait));
}

#[tokio::test]
async fn one_success_resets_the_count() {
    let breaker = Breaker::new("fails now and then", 0);
    for _ in 0..FAILURES {
        for _ in 1..FAILURES {
            fail(&breaker).await;
        }
        breaker.call(LIMIT, async { anyhow::Ok(()) }).await.expect("it works now and then");
    }
    assert!(matches!(breaker.turn(), Turn::Go));
}

/// No connection was free, for example.
struct Unsent;

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not sent")
    }
}

impl Failure for Unsent {
    fn is_outage(&self) -> bool {
        false
    }

    fn is_unsent(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_call_that_was_not_made_neither_opens_nor_closes_it() {
    let breaker = Breaker::new("has no connection", 0);
    let unsent = async || {
        let failed = breaker.call(LIMIT, async { Err::<(), _>(Unsent) }).await;
        assert!(matches!(failed, Err(Failed::Error(Unsent))));
    };
    for _ in 0..FAILURES {
        unsent().await;
        assert!(matches!(breaker.turn(), Turn::Go));
        fail(&breaker).await;
    }
    assert!(matches!(breaker.turn(), Turn::Wait));
    unsent().await;
    assert!(matches!(breaker.turn(), Turn::Wait), "one that began before it opened");
}
