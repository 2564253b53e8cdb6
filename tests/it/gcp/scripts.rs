//! A rollout to a stand-in for Cloud Run, with a real shell.

use std::path::Path;
use std::process::Output;

use restwell::choice::{Deploy, Value};

use super::model::Service;
use crate::ci_scripts::{CURL, folder, public, read, run, text, write};
use crate::projects::{source, stack, tree};

const NEW: &str = "registry.example/pier@sha256:2";
const COPY: &str = "europe-docker.pkg.dev/shop/north-pier9/north-pier9@sha256:2";

/// `gcloud`: `traffic` has the targets of requests, `shifts` their changes, and the file `fails` the call that fails.
const GCLOUD: &str = r#"#!/bin/sh
[ ! -f ../fails ] || case $* in *"$(cat ../fails)"*) exit 1 ;; esac
case $* in
  "run services list "*) cat ../traffic 2>/dev/null || true ;;
  "run services replace "*)
    cp "$4" ../applied
    before=$(sed -n 's/^    - revisionName: //p' "$4")
    { [ -z "$before" ] || echo "100,$before,,"
      echo "$([ -n "$before" ] || echo 100),pier-2,candidate,$(cat ../address)"; } >../traffic ;;
  "run services update-traffic north-pier9 --to-revisions "*)
    echo "$6" >>../shifts
    { echo "$6" | tr , '\n' | sed 's/\(.*\)=\(.*\)/\2,\1,,/'; grep candidate ../traffic | sed 's/^[0-9]*//' || true; } >../next
    mv ../next ../traffic ;;
  "logging read "*pier-2*) cat ../failures 2>/dev/null || true ;;
  *) exit 9 ;;
esac
"#;

/// `docker`, whose copy of an image has the digest in `copied`.
const DOCKER: &str = r#"#!/bin/sh
[ ! -f ../refused ] || exit 1
echo "$*" >>../copies
case $* in *inspect*) cat ../copied 2>/dev/null || echo sha256:2 ;; esac
"#;

/// A project on Cloud Run, whose candidate answers with `status`.
fn cloud(status: &'static str) -> tempfile::TempDir {
    let tree = tree(&stack([Value::Deploy(Deploy::Gcp)]));
    folder(&[
        ("deploy/rollout.sh", source(&tree, "deploy/rollout.sh")),
        ("deploy/service.yaml", source(&tree, "deploy/service.yaml")),
        ("address", &public(status)),
        ("bin/gcloud", GCLOUD),
        ("bin/docker", DOCKER),
        ("bin/curl", CURL),
    ])
}

/// One that a version runs in already.
fn running(status: &'static str) -> tempfile::TempDir {
    let cloud = cloud(status);
    write(&cloud.path().join("traffic"), ",pier-0,old,https://old\n100,pier-1,,\n");
    cloud
}

fn roll(cloud: &Path, arguments: &str, variables: &[(&str, &str)]) -> Output {
    let common = [("PROJECT", "shop"), ("REGION", "europe"), ("CANARY_SECONDS", "0")];
    run(cloud, &format!("deploy/rollout.sh {arguments}"), &[&common, variables].concat())
}

/// The service that was applied.
fn applied(cloud: &Path) -> Service {
    serde_yaml_ng::from_str(&read(cloud, "applied")).expect("a service")
}

/// A rollout that fails with this message, after which the previous revision has all requests.
fn taken_back(cloud: &Path, variables: &[(&str, &str)], message: &str) {
    let failed = roll(cloud, NEW, variables);
    let said = text(&failed.stderr);
    assert_eq!(failed.status.code(), Some(1), "{said}");
    assert!(said.contains(message), "{said}");
    assert!(said.ends_with("so the previous revision has all requests: pier-1\n"), "{said}");
    assert!(read(cloud, "shifts").ends_with("pier-1=100\n"), "{}", read(cloud, "shifts"));
}

#[test]
fn a_version_gets_requests_step_by_step() {
    let cloud = running("200 OK");
    let rolled = roll(cloud.path(), NEW, &[("PUBLIC_URL", &public("200 OK"))]);
    assert!(rolled.status.success(), "{}", text(&rolled.stderr));
    assert_eq!(read(cloud.path(), "shifts"), "pier-2=10,pier-1=90\npier-2=100\n");
    assert!(text(&rolled.stderr).ends_with("back: deploy/rollout.sh back pier-1\n"), "{}", text(&rolled.stderr));
    let service = applied(cloud.path());
    let revision = &service.spec.template.spec;
    assert_eq!(revision.containers[0].image, COPY);
    assert_eq!(revision.service_account_name, "north-pier9@shop.iam.gserviceaccount.com");
    let [before, candidate] = service.spec.traffic.as_slice() else { panic!("not two targets") };
    assert_eq!((before.revision_name.as_deref(), before.percent), (Some("pier-1"), 100));
    assert_eq!((candidate.latest_revision, candidate.percent), (Some(true), 0));
    let copies = read(cloud.path(), "copies");
    assert!(copies.starts_with(&format!(
        "buildx imagetools create --prefer-index=false --tag {} {NEW}\n",
        COPY.replace("@sha256:", ":")
    )));
}

#[test]
fn the_first_version_has_all_requests() {
    let cloud = cloud("200 OK");
    let image = "europe-docker.pkg.dev/shop/a/b@sha256:7";
    let rolled = roll(cloud.path(), image, &[]);
    assert!(rolled.status.success(), "{}", text(&rolled.stderr));
    let service = applied(cloud.path());
    assert_eq!(service.spec.traffic.iter().map(|target| target.percent).collect::<Vec<_>>(), [100]);
    assert_eq!(service.spec.template.spec.containers[0].image, image);
    assert_eq!((read(cloud.path(), "shifts").as_str(), read(cloud.path(), "copies").as_str()), ("pier-2=100\n", ""));
    assert_eq!(text(&roll(cloud.path(), "running", &[]).stdout), "pier-2\n");
}

#[test]
fn a_first_version_that_fails_has_none_before() {
    let cloud = cloud("503 Service Unavailable");
    let failed = roll(cloud.path(), NEW, &[]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).contains("there is no previous revision"), "{}", text(&failed.stderr));
}

#[test]
fn every_failure_takes_the_version_back() {
    for (call, message) in [
        ("run services replace", "does not become ready"),
        ("pier-2=10,", "pier-2 cannot get a tenth of the requests"),
        ("logging read", "the log of requests cannot be read"),
        ("pier-2=100", "pier-2 cannot get all requests"),
    ] {
        let cloud = running("200 OK");
        write(&cloud.path().join("fails"), call);
        taken_back(cloud.path(), &[], message);
    }
    taken_back(running("503 Service Unavailable").path(), &[], "pier-2 does not answer at its own address");
    let down = public("503 Service Unavailable");
    taken_back(running("200 OK").path(), &[("PUBLIC_URL", &down)], "the public address does not answer");
    let cloud = running("200 OK");
    write(&cloud.path().join("failures"), &"id\n".repeat(5));
    assert!(roll(cloud.path(), NEW, &[]).status.success(), "five failures may have another cause");
    let cloud = running("200 OK");
    write(&cloud.path().join("failures"), &"id\n".repeat(6));
    taken_back(cloud.path(), &[], "pier-2 failed 6 requests");
}

#[test]
fn requests_that_cannot_be_sent_back_are_told() {
    let cloud = running("503 Service Unavailable");
    write(&cloud.path().join("fails"), "update-traffic");
    let failed = roll(cloud.path(), NEW, &[]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).contains("cannot be sent back; try deploy/rollout.sh back pier-1"));
}

#[test]
fn nothing_is_applied_of_an_image_that_cannot_be_copied() {
    for (file, content, message) in
        [("refused", "", "cannot be copied"), ("copied", "sha256:3\n", "has the digest sha256:3 instead of sha256:2")]
    {
        let cloud = running("200 OK");
        write(&cloud.path().join(file), content);
        let failed = roll(cloud.path(), NEW, &[]);
        assert_eq!(failed.status.code(), Some(1));
        assert!(text(&failed.stderr).contains(message), "{}", text(&failed.stderr));
        assert_eq!((read(cloud.path(), "applied").as_str(), read(cloud.path(), "shifts").as_str()), ("", ""));
    }
    let cloud = running("200 OK");
    write(&cloud.path().join("fails"), "services list");
    let failed = roll(cloud.path(), NEW, &[]);
    assert!(text(&failed.stderr).contains("the state of the service cannot be read; nothing was changed"));
}

#[test]
fn back_sends_all_requests_to_a_revision() {
    let cloud = running("200 OK");
    assert!(roll(cloud.path(), "back pier-0", &[]).status.success());
    assert_eq!(read(cloud.path(), "shifts"), "pier-0=100\n");
    assert_eq!(text(&roll(cloud.path(), "running", &[]).stdout), "pier-0\n");
    write(&cloud.path().join("fails"), "update-traffic");
    assert_eq!(roll(cloud.path(), "back pier-9", &[]).status.code(), Some(1));
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_applied() {
    let cloud = running("200 OK");
    for (arguments, variables, cause) in [
        ("", &[][..], "the first argument is an image"),
        ("registry.example/pier:latest", &[], "has no digest"),
        ("back", &[], "back to which revision?"),
        (NEW, &[("PROJECT", "")], "set PROJECT and REGION"),
        (NEW, &[("REGION", "")], "set PROJECT and REGION"),
    ] {
        let refused = roll(cloud.path(), arguments, variables);
        assert_eq!(refused.status.code(), Some(2), "{arguments}");
        assert!(text(&refused.stderr).contains(cause), "{arguments}: {}", text(&refused.stderr));
    }
    let service = read(cloud.path(), "deploy/service.yaml");
    write(&cloud.path().join("deploy/staging.yaml"), &service.replace("\"info\"", "\"https://login.example.com\""));
    let refused = roll(cloud.path(), NEW, &[("SERVICE", "staging.yaml")]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("still has values of the example"), "{}", text(&refused.stderr));
    assert_eq!((read(cloud.path(), "applied").as_str(), read(cloud.path(), "shifts").as_str()), ("", ""));
}
