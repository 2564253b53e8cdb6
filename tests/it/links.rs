//! Links to the runbook: with `ops/repository-url` each is an absolute URL wherever it is shown, and without it a path. Pages and
//! entries exist.

use std::collections::BTreeSet;
use std::path::Path;

use camino::Utf8Path;
use restwell::choice::{Deploy, Monitoring, Value};

use crate::ci_scripts::{folder, read, run, text, write};
use crate::projects::{Project, all, stack, tree};

const URL: &str = "https://git.example.com/shop/api/-/blob/main";

/// The files that the deployment reads of a project with these values; with a URL for its links, unless that is empty.
fn project(deploy: Deploy, monitoring: Monitoring, url: &str) -> tempfile::TempDir {
    let tree = tree(&stack([Value::Deploy(deploy), Value::Monitoring(monitoring)]));
    let place = folder(&[]);
    for (path, file) in tree.files().filter(|(path, _)| is_deployed(path)) {
        write(&place.path().join(path), std::str::from_utf8(&file.bytes).expect("text"));
    }
    if !url.is_empty() {
        write(&place.path().join("ops/repository-url"), &format!("{url}/\n"));
    }
    place
}

fn is_deployed(path: &Utf8Path) -> bool {
    ["ops", "deploy", "fly.toml"].iter().any(|place| path.starts_with(place))
}

/// Standard output of a command that succeeds.
fn printed(place: &Path, command: &str) -> String {
    let output = run(place, command, &[]);
    assert!(output.status.success(), "{command}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// The links to pages of the runbook in a text, with what precedes them up to a space or a quote.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| letter.is_whitespace() || letter == '"');
    // A new line in a string of JSON.
    words.flat_map(|word| word.split("\\n")).filter(|word| word.contains("ops/runbook/") && word.contains(".md"))
}

/// Whether the page of a link exists in a project, with its entry.
fn exists(project: &Project, link: &str) -> bool {
    let (page, entry) = link.split_once('#').map_or((link, None), |(page, entry)| (page, Some(entry)));
    let anchor = |line: &str| line.strip_prefix("## ").map(|heading| heading.to_lowercase().replace(' ', "-"));
    project
        .get(page)
        .is_some_and(|text| entry.is_none_or(|entry| text.lines().any(|line| anchor(line).as_deref() == Some(entry))))
}

#[test]
fn every_link_of_an_alert_a_monitor_and_a_panel_is_to_a_page_and_an_entry_that_exist() {
    let places = ["ops/alerts", "ops/dashboards", "ops/datadog", "deploy/stack.yaml"];
    let mut found = BTreeSet::new();
    for project in all() {
        let shown = project.files().filter(|(path, _)| places.iter().any(|place| path.starts_with(place)));
        for (path, link) in shown.flat_map(|(path, text)| links(text).map(move |link| (path, link))) {
            assert!(exists(project, link), "{link} in {path} of {}", project.id());
            found.insert(path.components().take(2).collect::<camino::Utf8PathBuf>());
        }
    }
    assert_eq!(found.len(), places.len(), "{found:?}");
}

#[test]
fn every_panel_of_a_part_names_its_page_of_the_runbook() {
    let mut seen = BTreeSet::new();
    for project in all() {
        let dashboards = project.files().filter(|(path, _)| path.parent() == Some(Utf8Path::new("ops/dashboards")));
        for (path, text) in
            dashboards.filter(|(path, text)| *path != "ops/dashboards/service.json" && seen.insert(*text))
        {
            let dashboard: serde_json::Value = serde_json::from_str(text).expect("JSON");
            for panel in dashboard["panels"].as_array().expect("panels") {
                let description = panel["description"].as_str().expect("a text");
                assert!(description.contains("\n\nRunbook: ops/runbook/"), "{path}: {}", panel["title"]);
            }
        }
    }
    assert!(seen.len() > 10);
}

#[test]
fn rules_and_dashboards_are_copied_with_absolute_links_and_unchanged_without_a_url() {
    for url in [URL, ""] {
        let place = project(Deploy::Compose, Monitoring::Prometheus, url);
        let place = place.path();
        printed(place, "ops/links.sh out/alerts ops/alerts/*.yml && ops/links.sh out/dashboards ops/dashboards/*.json");
        let names = printed(place, "cd ops && ls alerts/*.yml dashboards/*.json");
        assert!(names.lines().count() > 10, "{names}");
        for name in names.lines() {
            let (original, copy) = (read(place, &format!("ops/{name}")), read(place, &format!("out/{name}")));
            assert_eq!(copy.replace(&format!("{URL}/"), ""), original, "{name}");
            assert!(links(&copy).all(|link| link.starts_with(URL) != url.is_empty()), "{name}");
            // A second copy changes nothing.
            assert_eq!(printed(place, &format!("ops/links.sh <out/{name}")), copy, "{name}");
        }
    }
}

#[test]
fn a_url_is_used_as_it_is_written() {
    let odd = r"https://git.example.com/?a=1&b=2|c\d";
    let place = project(Deploy::Compose, Monitoring::Prometheus, odd);
    let printed = printed(place.path(), "echo 'runbook_url: ops/runbook/a.md#b' | ops/links.sh");
    assert_eq!(printed, format!("runbook_url: {odd}/ops/runbook/a.md#b\n"));
}

#[test]
fn what_the_scripts_of_targets_deploy_has_absolute_links() {
    let cluster = project(Deploy::Kubernetes, Monitoring::Prometheus, URL);
    let cloud = project(Deploy::Gcp, Monitoring::Prometheus, URL);
    let fly = project(Deploy::Fly, Monitoring::Prometheus, URL);
    write(&fly.path().join("bin/flyctl"), "#!/bin/sh\ncat alerts/*.yml\n");
    let aws = project(Deploy::Aws, Monitoring::Prometheus, URL);
    write(&aws.path().join("bin/aws"), AWS);
    for (place, command) in [
        (&cluster, "deploy/alerts.sh"),
        (&cloud, "deploy/alerts.sh print"),
        (&fly, "deploy/monitoring.sh"),
        (&aws, "deploy/alerts.sh production && cat rules"),
        (&aws, "ops/links.sh <deploy/stack.yaml"),
    ] {
        let deployed = printed(place.path(), command);
        let (absolute, paths): (Vec<_>, Vec<_>) = links(&deployed).partition(|link| link.contains(URL));
        assert!(!absolute.is_empty() && paths.is_empty(), "{command}: {paths:?}");
    }
}

/// `aws`, which adds each file of rules to one.
const AWS: &str = r#"#!/bin/sh
case $* in
  *Workspace*) echo ws-1 ;;
  *statusCode*) [ ! -f "$HOME/rules" ] || echo ACTIVE ;;
  *-rule-groups-namespace*) for last; do :; done; cat "${last#fileb://}" >>"$HOME/rules" ;;
esac
"#;
