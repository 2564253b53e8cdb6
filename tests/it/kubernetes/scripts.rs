//! The scripts of the deployment, with real shells: a rollout to a stand-in for a cluster, and the rules as its Prometheus
//! reads them.

use std::fs;
use std::path::Path;
use std::process::Output;

use restwell::choice::{Deploy, Monitoring, Value};
use restwell::tree::Tree;
use serde::Deserialize as _;

use crate::ci_scripts::{CURL, folder, public, run, text, write};
use crate::projects::{self, source, stack};

const NEW: &str = "registry.example/pier@sha256:2";

/// `kubectl`, for one Deployment whose image is in the file `image`. A version whose image is in `broken` never becomes ready.
const KUBECTL: &str = r#"#!/bin/sh
echo "$*" >>../calls
case $* in
  "kustomize production") printf 'kind: Deployment\n        image: north-pier9\n' ;;
  *jsonpath=*image*) cat ../image 2>/dev/null || true ;;
  *jsonpath=*revision*) [ ! -f ../image ] || echo 7 ;;
  "apply --filename -") input=$(cat); echo "$input" >../applied
    [ ! -f ../image ] || cp ../image ../before
    echo "$input" | sed -n 's/^ *image: //p' >../image ;;
  *"rollout status"*) ! cmp -s ../image ../broken ;;
  *"rollout undo"*"--to-revision 7"*) cp ../before ../image ;;
  *) exit 9 ;;
esac
"#;

fn tree(monitoring: Monitoring) -> Tree {
    projects::tree(&stack([Value::Deploy(Deploy::Kubernetes), Value::Monitoring(monitoring)]))
}

fn cluster() -> tempfile::TempDir {
    let tree = tree(Monitoring::None);
    let script = source(&tree, "deploy/rollout.sh");
    folder(&[
        ("deploy/rollout.sh", script),
        ("deploy/base/kustomization.yaml", "resources: []\n"),
        ("deploy/production/kustomization.yaml", "namespace: north-pier9\n"),
        ("bin/kubectl", KUBECTL),
        ("bin/curl", CURL),
    ])
}

fn roll(cluster: &Path, arguments: &str, variables: &[(&str, &str)]) -> Output {
    run(cluster, &format!("deploy/rollout.sh {arguments}"), variables)
}

/// The image that runs.
fn image(cluster: &Path) -> Option<String> {
    Some(fs::read_to_string(cluster.join("image")).ok()?.trim().to_owned())
}

#[test]
fn a_rollout_applies_the_digest_and_later_keeps_it() {
    let cluster = cluster();
    let first = roll(cluster.path(), &format!("production {NEW}"), &[]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let applied = fs::read_to_string(cluster.path().join("applied")).expect("manifests");
    assert_eq!(applied, format!("kind: Deployment\n        image: {NEW}\n"));
    let again = roll(cluster.path(), "production", &[]);
    assert!(again.status.success(), "{}", text(&again.stderr));
    assert_eq!(image(cluster.path()).as_deref(), Some(NEW));
    assert!(text(&again.stderr).ends_with(&format!("back: deploy/rollout.sh production {NEW}\n")));
}

#[test]
fn a_version_that_does_not_become_ready_is_taken_back() {
    let cluster = cluster();
    write(&cluster.path().join("image"), "registry.example/pier@sha256:1\n");
    write(&cluster.path().join("broken"), &format!("{NEW}\n"));
    let failed = roll(cluster.path(), &format!("production {NEW}"), &[]);
    assert_eq!(failed.status.code(), Some(1));
    let said = text(&failed.stderr);
    assert!(said.contains("does not become ready, so the previous version runs again"), "{said}");
    assert_eq!(image(cluster.path()).as_deref(), Some("registry.example/pier@sha256:1"));
}

#[test]
fn a_version_that_the_public_address_does_not_survive_is_taken_back() {
    let cluster = cluster();
    let none_before =
        roll(cluster.path(), &format!("production {NEW}"), &[("PUBLIC_URL", &public("503 Service Unavailable"))]);
    assert_eq!(none_before.status.code(), Some(1));
    assert!(text(&none_before.stderr).contains("there is no previous version"), "{}", text(&none_before.stderr));
    write(&cluster.path().join("image"), "registry.example/pier@sha256:1\n");
    let failed =
        roll(cluster.path(), &format!("production {NEW}"), &[("PUBLIC_URL", &public("503 Service Unavailable"))]);
    assert_eq!(failed.status.code(), Some(1));
    assert_eq!(image(cluster.path()).as_deref(), Some("registry.example/pier@sha256:1"));
    let fine = roll(cluster.path(), &format!("production {NEW}"), &[("PUBLIC_URL", &public("200 OK"))]);
    assert!(fine.status.success(), "{}", text(&fine.stderr));
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_applied() {
    let cluster = cluster();
    for (arguments, cause) in [
        ("", "the first argument is an environment"),
        ("base registry.example/pier@sha256:2", "the first argument is an environment"),
        ("prod registry.example/pier@sha256:2", "the first argument is an environment"),
        ("production", "there is no version that runs"),
        ("production registry.example/pier:latest", "has no digest"),
    ] {
        let refused = roll(cluster.path(), arguments, &[]);
        assert_eq!(refused.status.code(), Some(2), "{arguments}");
        assert!(text(&refused.stderr).contains(cause), "{arguments}: {}", text(&refused.stderr));
    }
    write(
        &cluster.path().join("deploy/production/settings.env"),
        "# not example.com\nJWT_ISSUER=https://login.example.com\n",
    );
    let refused = roll(cluster.path(), &format!("production {NEW}"), &[]);
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("settings.env:2:JWT_ISSUER") && !said.contains("settings.env:1:"), "{said}");
    assert!(image(cluster.path()).is_none());
}

#[test]
fn the_rules_in_the_cluster_are_those_of_the_project() {
    let tree = tree(Monitoring::Prometheus);
    let place = tempfile::tempdir().expect("a folder");
    for (path, file) in tree.files().filter(|(path, _)| path.starts_with("ops") || path.starts_with("deploy")) {
        write(&place.path().join(path), std::str::from_utf8(&file.bytes).expect("text"));
    }
    let printed = run(place.path(), "deploy/alerts.sh", &[]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    let resource: serde_yaml_ng::Value = serde_yaml_ng::from_slice(&printed.stdout).expect("YAML");
    assert_eq!(resource["kind"], "PrometheusRule");
    let is_one = |path: &camino::Utf8Path| path.parent().is_some_and(|folder| folder == "ops/alerts");
    let mut expected = Vec::new();
    for (_, file) in tree.files().filter(|(path, _)| is_one(path)) {
        let rules =
            serde_yaml_ng::Value::deserialize(serde_yaml_ng::Deserializer::from_slice(&file.bytes)).expect("YAML");
        expected.extend(rules["groups"].as_sequence().expect("groups").clone());
    }
    assert!(expected.len() > 5);
    assert_eq!(resource["spec"]["groups"].as_sequence(), Some(&expected));
}
