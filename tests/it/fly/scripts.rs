//! The scripts of the deployment, with a real shell and a stand-in for flyctl: an app with one image, in a folder.

use std::path::Path;
use std::process::Output;

use restwell::choice::Value;

use super::{SERVICE, stack};
use crate::ci_scripts::{CURL, SKOPEO, failed, folder, its_login_is_forgotten, public, read, run, text as said, write};
use crate::projects::{WITH_SERVERS, source, tree};

const OLD: &str = "registry.fly.io/north-pier9@sha256:1";
const NEW: &str = "registry.fly.io/north-pier9@sha256:2";

/// `flyctl`, whose app has its image in the file `image` and its settings in `settings`. A version whose image is in `broken`
/// never becomes ready, though it may have replaced a machine; settings with the word `invalid` are refused.
const FLYCTL: &str = r#"#!/bin/sh
echo "$*" >>calls
for argument; do case ${before:-} in --config) config=$argument ;; --image) image=$argument ;; esac; before=$argument; done
case $* in
  "machine list --app north-pier9 --json")
    [ ! -f image ] || digest=$(sed 's/.*@//' image)
    [ ! -f image ] && echo '[]' || printf '[{"id":"a","image_ref":{"registry":"registry.fly.io","repository":"north-pier9","tag":"x","digest":"%s"}}]\n' "$digest" ;;
  "config validate --strict"*) ! grep -q invalid "$config" ;;
  "config save"*) cp settings "$config" ;;
  deploy*) echo "$image" >image; cp "$config" settings; ! cmp -s image broken ;;
  "scale count"*) ;;
  "auth token") echo token ;;
  *) exit 9 ;;
esac
"#;

/// `jq` for the one query of the script.
const JQ: &str = r#"#!/bin/sh
sed -n 's/.*"registry":"\([^"]*\)","repository":"\([^"]*\)".*"digest":"\([^"]*\)".*/\1\/\2@\3/p'
"#;

fn app() -> tempfile::TempDir {
    app_of(&[])
}

fn app_of(values: &[Value]) -> tempfile::TempDir {
    let tree = tree(&stack(values));
    let folder = folder(&[
        ("deploy/replace.sh", source(&tree, "deploy/replace.sh")),
        ("deploy/copy.sh", source(&tree, "deploy/copy.sh")),
        (SERVICE, source(&tree, SERVICE)),
        ("bin/flyctl", FLYCTL),
        ("bin/skopeo", SKOPEO),
        ("bin/curl", CURL),
    ]);
    let has_jq = run(folder.path(), "command -v jq", &[]).status.success();
    if !has_jq {
        write(&folder.path().join("bin/jq"), JQ);
    }
    folder
}

/// An app in which the old version runs, with other settings than those of the file.
fn running() -> tempfile::TempDir {
    let app = app();
    write(&app.path().join("image"), &format!("{OLD}\n"));
    write(&app.path().join("settings"), "app = \"north-pier9\"\n# as it was\n");
    app
}

fn roll(app: &Path, arguments: &str, variables: &[(&str, &str)]) -> Output {
    run(app, &format!("deploy/replace.sh {arguments}"), variables)
}

#[test]
fn the_first_deploy_makes_every_machine_and_later_ones_keep_their_number() {
    let app = app_of(&WITH_SERVERS);
    let first = roll(app.path(), NEW, &[]);
    assert!(first.status.success(), "{}", said(&first.stderr));
    assert_eq!(read(app.path(), "image"), format!("{NEW}\n"));
    assert_eq!(read(app.path(), "settings"), read(app.path(), SERVICE));
    assert!(read(app.path(), "calls").contains("scale count 2 --app north-pier9 --yes\n"));
    write(&app.path().join("calls"), "");
    let again = roll(app.path(), "", &[]);
    assert!(again.status.success(), "{}", said(&again.stderr));
    assert!(said(&again.stderr).ends_with(&format!("back: deploy/replace.sh {NEW}\n")), "{}", said(&again.stderr));
    assert!(!read(app.path(), "calls").contains("scale"), "the number of machines is the operator's");
    let running = roll(app.path(), "--running", &[]);
    assert_eq!(said(&running.stdout), format!("{NEW}\n"));
}

#[test]
fn an_app_of_one_machine_is_not_scaled() {
    let app = app();
    assert!(roll(app.path(), NEW, &[]).status.success());
    assert!(!read(app.path(), "calls").contains("scale"));
}

#[test]
fn a_version_that_does_not_become_ready_is_taken_back_with_its_settings() {
    let app = running();
    write(&app.path().join("broken"), &format!("{NEW}\n"));
    failed(&roll(app.path(), NEW, &[]), 1, "does not become ready, so the previous version runs again");
    assert_eq!(read(app.path(), "image"), format!("{OLD}\n"));
    assert!(read(app.path(), "settings").contains("# as it was"));
}

#[test]
fn a_version_that_the_public_address_does_not_survive_is_taken_back() {
    let app = running();
    let broken = public("503 Service Unavailable");
    failed(
        &roll(app.path(), NEW, &[("PUBLIC_URL", &broken)]),
        1,
        "does not answer, so the previous version runs again",
    );
    assert_eq!(read(app.path(), "image"), format!("{OLD}\n"));
    let fine = roll(app.path(), NEW, &[("PUBLIC_URL", &public("200 OK"))]);
    assert!(fine.status.success(), "{}", said(&fine.stderr));
    assert_eq!(read(app.path(), "image"), format!("{NEW}\n"));
}

#[test]
fn without_a_version_that_runs_afterwards_the_script_says_so() {
    let first = app();
    write(&first.path().join("broken"), &format!("{NEW}\n"));
    failed(&roll(first.path(), NEW, &[]), 1, "there is no previous version");
    let app = running();
    write(&app.path().join("bin/flyctl"), &FLYCTL.replace("! cmp -s image broken", "exit 1"));
    failed(&roll(app.path(), NEW, &[]), 1, "and the previous version is not ready either");
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_deployed() {
    let fresh = app();
    failed(&roll(fresh.path(), "", &[]), 2, "there is no version that runs");
    let app = running();
    for (arguments, cause) in
        [("registry.fly.io/north-pier9:latest", "has no digest"), ("''", "there is no previous version")]
    {
        failed(&roll(app.path(), arguments, &[]), 2, cause);
    }
    let sound = read(app.path(), SERVICE);
    write(&app.path().join(SERVICE), &format!("{sound}# invalid\n"));
    failed(&roll(app.path(), NEW, &[]), 2, "fly.toml is not valid");
    write(
        &app.path().join(SERVICE),
        &sound.replace("[env]\n", "[env]\n# not example.com\nJWT_ISSUER = \"https://login.example.com\"\n"),
    );
    let refused = roll(app.path(), NEW, &[]);
    failed(&refused, 2, "JWT_ISSUER");
    assert!(!said(&refused.stderr).contains("# not example.com"));
    assert_eq!(read(app.path(), "image"), format!("{OLD}\n"));
    assert!(!read(app.path(), "calls").contains("deploy"));
}

#[test]
fn a_cli_that_fails_ends_the_script_before_a_deploy() {
    let app = running();
    write(&app.path().join("bin/flyctl"), "#!/bin/sh\necho \"$*\" >>calls\nexit 1\n");
    assert!(!roll(app.path(), NEW, &[]).status.success());
    assert!(!read(app.path(), "calls").contains("deploy --app"));
    assert_eq!(read(app.path(), "image"), format!("{OLD}\n"));
}

#[test]
fn an_image_is_copied_by_its_digest_and_its_password_is_on_no_command_line() {
    let app = app();
    let copied = run(app.path(), "deploy/copy.sh ghcr.example/pier@sha256:77", &[("FLY_API_TOKEN", "hidden")]);
    assert!(copied.status.success(), "{}", said(&copied.stderr));
    assert_eq!(said(&copied.stdout), "registry.fly.io/north-pier9@sha256:9\n");
    let calls = read(app.path(), "calls");
    assert!(
        calls.contains("docker://ghcr.example/pier@sha256:77 docker://registry.fly.io/north-pier9:77\n"),
        "{calls}"
    );
    assert!(!calls.contains("hidden"), "{calls}");
    assert_eq!(read(app.path(), "password"), "hidden");
    its_login_is_forgotten(&calls);
    for arguments in ["", "ghcr.example/pier:latest"] {
        let refused = run(app.path(), &format!("deploy/copy.sh {arguments}"), &[]);
        failed(&refused, 2, "an image with its digest");
    }
}

#[test]
fn the_app_that_watches_is_deployed_only_with_the_names_of_both_apps() {
    let tree = tree(&stack(&[]));
    let files = ["deploy/monitoring.sh", "deploy/monitoring/fly.toml", "deploy/monitoring/prometheus.yml", SERVICE];
    let mut files: Vec<_> = files.iter().map(|path| (*path, source(&tree, path))).collect();
    files.extend([("ops/links.sh", "#!/bin/sh\n"), ("bin/flyctl", "#!/bin/sh\necho \"$*\" >>calls\n")]);
    let app = folder(&files);
    let deployed = run(app.path(), "deploy/monitoring.sh", &[]);
    assert!(deployed.status.success(), "{}", said(&deployed.stderr));
    assert_eq!(read(app.path(), "deploy/monitoring/calls"), "deploy . --config fly.toml --ha=false --yes\n");
    for path in [SERVICE, "deploy/monitoring/fly.toml"] {
        let sound = read(app.path(), path);
        write(&app.path().join(path), &sound.replace("app = \"north-pier9", "app = \"pier"));
        failed(&run(app.path(), "deploy/monitoring.sh", &[]), 2, "prometheus.yml does not name the apps");
        write(&app.path().join(path), &sound);
    }
    assert_eq!(read(app.path(), "deploy/monitoring/calls").lines().count(), 1);
}
