//! A recently verified key has its own quota; unverified keys over the limit are never looked up.

use std::time::Duration;

use app::platform::keys::REMEMBERED;
use tokio::time;

use crate::errors::envelope;
use crate::keys::write;
use crate::support::auth::{credential_of, forged};
use crate::support::http::{Request, get, send};
use crate::support::server::TestServer;

/// Advances the clock of this runtime, which the server shares.
async fn later(by: Duration) {
    time::pause();
    time::advance(by).await;
    time::resume();
}

#[tokio::test]
async fn forged_keys_over_the_limit_of_their_address_reach_no_database() {
    let server = TestServer::start(&["--rate-limit=4/h"]).await;
    // Without a database each look-up causes a 503.
    server.app.platform.database.pool.close().await;
    for _ in 0..4 {
        envelope(&write(&server, &forged()).await, 503, "unavailable").await;
    }
    for _ in 0..4 {
        envelope(&write(&server, &forged()).await, 429, "rate_limited").await;
    }
}

#[tokio::test]
async fn the_limiter_remembers_a_verified_key_for_half_a_minute() {
    assert!(REMEMBERED <= Duration::from_secs(30));
    let server = TestServer::start(&["--rate-limit=3/h"]).await;
    let credential = credential_of(&server, "shop", "").await;
    let read = async || {
        let read = Request::new("GET", "/greet").header("authorization", &credential);
        send(server.public, read).await.status
    };
    assert_eq!(write(&server, &credential).await.status, 403, "it is verified");
    for address in [200, 200, 429] {
        assert_eq!(get(server.public, "/greet").await.status, address);
    }
    for caller in [200, 200, 200, 429] {
        assert_eq!(read().await, caller);
    }
    later(REMEMBERED).await;
    assert_eq!(server.app.platform.keys.known(credential.trim_start_matches("Bearer ")), None);
}
