//! `deploy/roll.sh` of a Compose deployment, with a stand-in for `docker` that says how healthy the new replica is, question by
//! question. The stage `deploy` runs it with a real engine, where these moments are too short to be met.

use std::fs;
use std::process::Output;

use crate::ci_scripts::{folder, run, script, text};

/// One replica runs, `old`; `up` starts `new`.
const DOCKER: &str = r#"#!/bin/sh
case $* in
  *'ps --all --quiet app') [ -e removed ] || echo old; [ ! -e started ] || echo new ;;
  *' config') printf 'services:\n  app:\n    deploy:\n      replicas: 1\n' ;;
  *' up --detach --no-build --no-deps --no-recreate '*) touch started ;;
  'inspect --format {{if .RestartCount}}'*) sed -n 1p health; sed -i 1d health ;;
  'inspect '*) echo 'running shop-api healthy' ;;
  'rm old') touch removed ;;
  'rm new') rm started ;;
esac
"#;

/// A roll to `shop-api:2` while the new replica answers questions about its health with these words.
fn roll(health: &[&str]) -> (Output, tempfile::TempDir) {
    let script = script("deploy/roll.sh");
    let health = health.join("\n") + "\n";
    let links = self::script("ops/links.sh");
    let host = folder(&[
        ("deploy/roll.sh", script.as_str()),
        ("deploy/health", &health),
        ("deploy/linked/alerts/removed.yml", ""),
        ("bin/docker", DOCKER),
        ("ops/links.sh", &links),
        ("ops/repository-url", "https://git.example.com/shop/blob/main\n"),
        ("ops/alerts/service.yml", "runbook_url: ops/runbook/service.md#slow\n"),
        ("ops/dashboards/service.json", "{}\n"),
    ]);
    (run(host.path(), "deploy/roll.sh", &[("IMAGE", "shop-api:2")]), host)
}

#[test]
fn a_replica_that_becomes_healthy_between_two_questions_is_ready() {
    let (output, host) = roll(&["starting", "healthy"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let remembered = fs::read_to_string(host.path().join("deploy/.env")).expect("the version is remembered");
    assert_eq!(remembered, "IMAGE=shop-api:2\n");
    assert!(host.path().join("deploy/removed").exists(), "the old replica is removed");
}

#[test]
fn prometheus_and_grafana_have_the_alerts_and_dashboards_with_absolute_links() {
    let (output, host) = roll(&["healthy"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let linked = |path: &str| fs::read_to_string(host.path().join("deploy/linked").join(path)).ok();
    let rule = "runbook_url: https://git.example.com/shop/blob/main/ops/runbook/service.md#slow\n";
    assert_eq!(linked("alerts/service.yml").as_deref(), Some(rule));
    assert_eq!(linked("dashboards/service.json").as_deref(), Some("{}\n"));
    assert_eq!(linked("alerts/removed.yml"), None, "an alert that was removed is not kept");
}

#[test]
fn a_replica_that_ends_as_unhealthy_changes_nothing() {
    for (health, cause) in [(["starting", "unhealthy"], "(unhealthy)"), (["restarted", "healthy"], "(restarted)")] {
        let (output, host) = roll(&health);
        assert!(!output.status.success(), "{health:?}");
        let said = text(&output.stderr);
        assert!(said.contains(&format!("does not become ready {cause}; the old replicas continue to serve")), "{said}");
        let changed = [".env", "removed", "started"].map(|name| host.path().join("deploy").join(name).exists());
        assert_eq!(changed, [false; 3], "{health:?}");
    }
}
