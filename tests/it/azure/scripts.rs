//! The scripts of the deployment, with a real shell and a stand-in for the Azure CLI: an app whose revisions are files.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::{FILE, largest};
use crate::ci_scripts::{CURL, SKOPEO, failed, folder, its_login_is_forgotten, public, read, run, text as said, write};
use crate::projects::{source, tree};

const OLD: &str = "northpier9.azurecr.io/north-pier9@sha256:1111111";
const NEW: &str = "northpier9.azurecr.io/north-pier9@sha256:2222222";

/// `az`. A revision is a file with its image in `revisions`; `traffic` has the name of the one with the requests. One whose image
/// is in `broken` never becomes ready.
const AZ: &str = r#"#!/bin/sh
cd "$(dirname "$0")/.."
echo "$*" >>calls
for argument; do
  case ${before:-} in --revision) revision=$argument ;; --query) query=$argument ;; --yaml) yaml=$argument ;; --revision-weight) weight=$argument ;; esac
  before=$argument
done
case $* in
  "containerapp list"*) [ ! -f traffic ] || echo north-pier9 ;;
  "containerapp ingress traffic show"*) cat traffic ;;
  "containerapp ingress traffic set"*) [ ! -f locked ] && echo "${weight%=100}" >traffic ;;
  "containerapp create"* | "containerapp update"*)
    cp "$yaml" applied
    name=north-pier9--$(sed -n 's/^ *revisionSuffix: //p' "$yaml")
    mkdir -p revisions
    sed -n 's/^ *image: \(northpier9.*\)/\1/p' "$yaml" >"revisions/$name"
    [ -f traffic ] || echo "$name" >traffic ;;
  "containerapp revision show"*image*) cat "revisions/$revision" ;;
  "containerapp revision show"*State*) if cmp -s "revisions/$revision" broken; then echo "${STATE:-None Processing}"; else echo "Healthy Running"; fi ;;
  "containerapp revision list --name north-pier9 "*) ls revisions ;;
  "containerapp revision deactivate"*) mkdir -p stopped; mv "revisions/$revision" stopped/ ;;
  "acr login --name northpier9 --expose-token"*) echo hidden ;;
  *) exit 9 ;;
esac
"#;

fn app() -> tempfile::TempDir {
    let tree = tree(&largest());
    let filled =
        source(&tree, FILE).replace("00000000-0000-0000-0000-000000000000", "1").replace("example.com", "internal");
    folder(&[
        ("deploy/shift.sh", source(&tree, "deploy/shift.sh")),
        ("deploy/copy.sh", source(&tree, "deploy/copy.sh")),
        (FILE, &filled),
        ("bin/az", AZ),
        ("bin/skopeo", SKOPEO),
        ("bin/sleep", "#!/bin/sh\n"),
        ("bin/curl", CURL),
    ])
}

/// An app in which the old version runs.
fn running() -> tempfile::TempDir {
    let app = app();
    write(&app.path().join("revisions/north-pier9--old"), &format!("{OLD}\n"));
    write(&app.path().join("traffic"), "north-pier9--old\n");
    app
}

fn shift(app: &Path, arguments: &str, variables: &[(&str, &str)]) -> Output {
    run(app, &format!("deploy/shift.sh {arguments}"), variables)
}

/// The image that has the requests.
fn image(app: &Path) -> String {
    read(app, &format!("revisions/{}", read(app, "traffic").trim())).trim().to_owned()
}

#[test]
fn a_version_gets_the_requests_and_the_one_before_is_stopped() {
    let app = app();
    let first = shift(app.path(), OLD, &[]);
    assert!(first.status.success(), "{}", said(&first.stderr));
    assert!(read(app.path(), "calls").contains("containerapp create --name north-pier9 --resource-group north-pier9 "));
    let revision = read(app.path(), "traffic");
    assert!(revision.starts_with("north-pier9--v1111111-"), "{revision}");
    let second = shift(app.path(), NEW, &[("RESOURCE_GROUP", "harbour")]);
    assert!(second.status.success(), "{}", said(&second.stderr));
    assert!(read(app.path(), "calls").contains("containerapp update --name north-pier9 --resource-group harbour "));
    assert_eq!(image(app.path()), NEW);
    assert!(app.path().join("stopped").join(revision.trim()).exists(), "the previous version still runs");
    assert!(said(&second.stderr).ends_with(&format!("back: deploy/shift.sh {OLD}\n")), "{}", said(&second.stderr));
    assert_eq!(said(&shift(app.path(), "--running", &[]).stdout), format!("{NEW}\n"));
    let applied = read(app.path(), "applied");
    assert!(!applied.contains("revisionSuffix: version") && applied.matches(NEW).count() == 1, "{applied}");
}

/// A run that was cancelled before its version had the requests left it active.
#[test]
fn after_a_deploy_no_other_version_is_active() {
    let app = running();
    write(&app.path().join("revisions/north-pier9--cancelled"), "northpier9.azurecr.io/north-pier9@sha256:3\n");
    let deployed = shift(app.path(), NEW, &[]);
    assert!(deployed.status.success(), "{}", said(&deployed.stderr));
    assert_eq!(image(app.path()), NEW);
    assert_eq!(active(app.path()), 1, "an earlier version still runs");
    let app = running();
    write(&app.path().join("bin/az"), &AZ.replace("ls revisions", "exit 1"));
    assert!(shift(app.path(), NEW, &[]).status.success());
    assert_eq!(active(app.path()), 1, "the previous version still runs");
}

/// The number of revisions that are active.
fn active(app: &Path) -> usize {
    fs::read_dir(app.join("revisions")).expect("revisions").count()
}

#[test]
fn a_version_that_does_not_become_ready_never_has_the_requests() {
    for state in ["None Processing", "Unhealthy Failed", "Unhealthy Running"] {
        let app = running();
        write(&app.path().join("broken"), &format!("{NEW}\n"));
        let output = shift(app.path(), NEW, &[("STATE", state)]);
        failed(&output, 1, "does not become ready, so the previous version has the requests");
        assert_eq!(image(app.path()), OLD);
        assert!(!read(app.path(), "calls").contains("v2222222-") || !read(app.path(), "calls").contains("=100\nv2"));
        assert_eq!(fs::read_dir(app.path().join("stopped")).expect("stopped").count(), 1, "the new version still runs");
    }
}

#[test]
fn a_version_that_the_public_address_does_not_survive_is_taken_back() {
    let app = running();
    let broken = public("503 Service Unavailable");
    failed(
        &shift(app.path(), NEW, &[("PUBLIC_URL", &broken)]),
        1,
        "does not answer, so the previous version has the requests",
    );
    assert_eq!(image(app.path()), OLD);
    let fine = shift(app.path(), NEW, &[("PUBLIC_URL", &public("200 OK"))]);
    assert!(fine.status.success(), "{}", said(&fine.stderr));
    assert_eq!(image(app.path()), NEW);
}

#[test]
fn without_a_version_that_has_the_requests_afterwards_the_script_says_so() {
    let first = app();
    write(&first.path().join("broken"), &format!("{NEW}\n"));
    failed(&shift(first.path(), NEW, &[]), 1, "there is no previous version");
    assert_eq!(active(first.path()), 0, "a version that is not ready still runs");
    let app = running();
    write(&app.path().join("locked"), "");
    failed(&shift(app.path(), NEW, &[]), 1, "the requests could not be given to the previous version");
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_deployed() {
    failed(&shift(app().path(), "", &[]), 2, "there is no version that runs");
    let app = running();
    for (arguments, cause) in
        [("northpier9.azurecr.io/pier:latest", "has no digest"), ("''", "there is no previous version")]
    {
        failed(&shift(app.path(), arguments, &[]), 2, cause);
    }
    let sound = read(app.path(), FILE);
    for (right, wrong, cause) in [
        ("/subscriptions/1/", "/subscriptions/00000000-0000-0000-0000-000000000000/", "environmentId"),
        ("metrics.internal", "metrics.example.com", "metrics.example.com"),
    ] {
        write(&app.path().join(FILE), &sound.replace(right, wrong));
        failed(&shift(app.path(), NEW, &[]), 2, cause);
    }
    let calls = read(app.path(), "calls");
    assert!(!calls.contains("containerapp update") && !calls.contains("traffic set"), "{calls}");
}

#[test]
fn a_cli_that_fails_ends_the_script_before_a_deploy() {
    let app = running();
    write(&app.path().join("bin/az"), "#!/bin/sh\nexit 1\n");
    assert!(!shift(app.path(), NEW, &[]).status.success());
    assert_eq!(image(app.path()), OLD);
}

#[test]
fn an_image_is_copied_by_its_digest_and_its_password_is_on_no_command_line() {
    let app = app();
    let copied = run(app.path(), "deploy/copy.sh ghcr.example/pier@sha256:77", &[]);
    assert!(copied.status.success(), "{}", said(&copied.stderr));
    assert_eq!(said(&copied.stdout), "northpier9.azurecr.io/north-pier9@sha256:9\n");
    let calls = read(app.path(), "calls");
    assert!(
        calls.contains("docker://ghcr.example/pier@sha256:77 docker://northpier9.azurecr.io/north-pier9:77\n"),
        "{calls}"
    );
    assert!(!calls.contains("hidden"), "{calls}");
    assert_eq!(read(app.path(), "password"), "hidden");
    its_login_is_forgotten(&calls);
    failed(&run(app.path(), "deploy/copy.sh ghcr.example/pier:latest", &[]), 2, "an image with its digest");
}
