//! `ops/datadog/apply.sh` against a stand-in for the API of Datadog, with a real shell and a real jq.

use std::path::Path;
use std::process::Output;

use restwell::choice::{Monitoring, Value};
use serde_json::Value as Json;

use crate::ci_scripts::{failed, folder, read, run, text, write};
use crate::projects::{NAME, source, stack, tree};

/// `curl`: each object is a file, in a folder for its kind; its id is its number. The configuration, with the keys, is in
/// `configuration`, the arguments are in `calls`.
const CURL: &str = r#"#!/bin/sh
cd "$(dirname "$0")/.."
cat >>configuration
echo "$*" >>calls
for argument; do case $argument in @*) body=${argument#@} ;; esac; done
place=${argument#*/api/*/} place=${place%%\?*} kind=${place%%/*} id=${place#*/}
mkdir -p "state/$kind"
case $* in
  */tags*) [ ! -f "state/$kind/tags" ] || case $* in *POST*) exit 22 ;; esac; cp "$body" "state/$kind/tags" ;;
  *POST*) id=$(($(ls "state/$kind" | wc -l) + 1)); jq --arg id "$id" '.id = $id' "$body" >"state/$kind/$id" ;;
  *PUT*) [ -f "state/$kind/$id" ] && jq --arg id "$id" '.id = $id' "$body" >"state/$kind/$id" ;;
  *) find "state/$kind" -type f -exec cat {} + | jq --slurp --arg kind "$kind" \
    'if $kind == "slo" then {data: .} elif $kind == "dashboard" then {dashboards: .} else . end' ;;
esac
"#;

const SETTINGS: [(&str, &str); 5] = [
    ("DD_API_KEY", "key1secret"),
    ("DD_APP_KEY", "key2secret"),
    ("DD_SITE", "datadoghq.eu"),
    ("NOTIFY_PAGE", "@pagerduty-pier"),
    ("NOTIFY_TICKET", "@slack-pier"),
];

fn account() -> tempfile::TempDir {
    let tree = tree(&stack([Value::Monitoring(Monitoring::Datadog)]));
    let files = ["apply.sh", "monitors.json", "slo.json", "dashboard.json", "distributions.json"];
    let files = files.map(|name| format!("ops/datadog/{name}"));
    let mut files: Vec<(&str, &str)> = files.iter().map(|path| (path.as_str(), source(&tree, path))).collect();
    files.extend([("bin/curl", CURL), ("ops/links.sh", source(&tree, "ops/links.sh"))]);
    folder(&files)
}

fn apply(account: &Path) -> Output {
    run(account, "ops/datadog/apply.sh", &SETTINGS)
}

fn objects(account: &Path, kind: &str) -> Vec<Json> {
    let folder = account.join("state").join(kind);
    let paths = std::fs::read_dir(folder).expect("it was created").map(|entry| entry.expect("an entry").path());
    paths.map(|path| serde_json::from_slice(&std::fs::read(path).expect("text")).expect("JSON")).collect()
}

#[test]
fn everything_is_created_once_with_the_ids_and_receivers_of_the_account() {
    let account = account();
    let account = account.path();
    let first = apply(account);
    assert!(first.status.success(), "{}", text(&first.stderr));
    assert!(text(&first.stdout).lines().all(|line| line.starts_with("created: ")), "{}", text(&first.stdout));
    let wanted: Vec<Json> = serde_json::from_str(&read(account, "ops/datadog/monitors.json")).expect("JSON");
    let again = apply(account);
    assert!(text(&again.stdout).lines().all(|line| line.starts_with("updated: ")), "{}", text(&again.stdout));
    let monitors = objects(account, "monitor");
    assert_eq!(monitors.len(), wanted.len());
    assert_eq!((objects(account, "slo").len(), objects(account, "dashboard").len()), (2, 1));

    let mut burning = 0;
    for monitor in monitors {
        let [query, message] = ["query", "message"].map(|name| monitor[name].as_str().expect("text"));
        if monitor["type"] == "slo alert" {
            burning += 1;
            assert!(
                ["burn_rate(\"1\").over", "burn_rate(\"2\").over"].iter().any(|id| query.starts_with(id)),
                "{query}"
            );
        }
        assert!(!message.contains("@NOTIFY"), "{message}");
        assert!(message.ends_with("@pagerduty-pier") || message.ends_with("@slack-pier"), "{message}");
    }
    assert_eq!(burning, 6);
}

#[test]
fn monitors_and_the_dashboard_link_to_the_runbook_of_the_repository() {
    let account = account();
    let account = account.path();
    let url = "https://git.example.com/pier/-/blob/main";
    write(&account.join("ops/repository-url"), url);
    assert!(apply(account).status.success());
    for kind in ["monitor", "dashboard"] {
        let created = Json::from(objects(account, kind)).to_string();
        let links = created.matches("ops/runbook/").count();
        assert!(links > 0 && links == created.matches(&format!("{url}/ops/runbook/")).count(), "{created}");
    }
}

#[test]
fn keys_are_not_on_the_command_line_and_only_what_belongs_to_the_service_is_read() {
    let account = account();
    let account = account.path();
    apply(account);
    let (calls, configuration) = (read(account, "calls"), read(account, "configuration"));
    for key in ["key1secret", "key2secret"] {
        assert!(!calls.contains(key) && configuration.contains(key));
    }
    assert!(calls.contains("https://api.datadoghq.eu/api/v1/monitor"), "{calls}");
    assert!(calls.contains(&format!("/api/v1/monitor?monitor_tags=service:{NAME}")), "{calls}");
}

#[test]
fn a_setting_that_is_missing_or_no_key_is_an_error() {
    let account = account();
    let missing = run(account.path(), "ops/datadog/apply.sh", &SETTINGS[..3]);
    failed(&missing, 2, "NOTIFY_PAGE");
    let quoted = run(account.path(), "DD_API_KEY='a\"b' ops/datadog/apply.sh", &SETTINGS[1..]);
    failed(&quoted, 2, "only letters, digits");
}
