//! The metrics of dependencies before any failure.

use crate::support::http::get;
use crate::support::process::Process;

/// `increase` does not see the first failure of a counter that appears only then.
#[tokio::test]
async fn every_dependency_has_its_series_from_the_start() {
    let server = Process::start(&[]).await;
    let answer = get(server.admin, "/metrics").await;
    let metrics = answer.text();
    assert!(metrics.contains("breaker_open{dependency="), "{metrics}");
    let health = get(server.admin, "/health/ready").await.json();
    for name in health["dependencies"].as_object().into_iter().flat_map(|dependencies| dependencies.keys()) {
        for series in ["dependency_errors_total", "breaker_open"] {
            let labelled = format!("{series}{{dependency=\"{name}\"}}");
            assert!(metrics.contains(&labelled), "there is no {labelled}: {metrics}");
        }
    }
}
