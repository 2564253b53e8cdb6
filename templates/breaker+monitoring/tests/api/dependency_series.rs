//! Failures of dependencies, and the state of their breakers.

use std::time::Duration;

use app::platform::breaker::Breaker;

use crate::scrape::Scrape;
use crate::series::rises;
use crate::support::alone;
use crate::support::http::get;
use crate::support::process::Process;
use crate::support::server::TestServer;

/// `increase` does not see the first failure of a counter that appears only then.
#[tokio::test]
async fn every_dependency_has_its_series_from_the_start() {
    let server = Process::start(&[]).await;
    let scrape = Scrape::of(server.admin).await;
    let health = get(server.admin, "/health/ready").await.json();
    assert!(scrape.names().contains("breaker_open"), "no dependency has a breaker");
    // Those without which the service still answers everything are not part of its readiness.
    for name in health["dependencies"].as_object().into_iter().flat_map(|dependencies| dependencies.keys()) {
        for series in ["dependency_errors_total", "breaker_open"] {
            let labelled = format!("{series}{{dependency=\"{name}\"}}");
            assert!(scrape.value(&labelled).is_some(), "there is no {labelled}");
        }
    }
}

#[tokio::test]
async fn calls_of_a_dependency() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let breaker = Breaker::new("calls", 0);
        let fail = async || {
            let fails = async { Err::<(), _>(anyhow::anyhow!("broken")) };
            breaker.call(Duration::from_secs(1), fails).await.expect_err("it fails");
        };
        rises(server.admin, r#"dependency_errors_total{dependency="calls"}"#, fail).await;
        for _ in 0..3 {
            fail().await;
        }
        // The fifth failure in a row.
        rises(server.admin, r#"breaker_open{dependency="calls"}"#, fail).await;
    };
    alone("dependency_series::calls_of_a_dependency", body).await;
}
