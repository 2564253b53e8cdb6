//! The scripts of the deployment, with real shells and a stand-in for AWS.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::plants::tree;
use crate::ci_scripts::{CURL, folder, public, run, text, write};

const REGISTRY: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/north-pier9/app";

/// `aws`, for one stack. The file `stack` has the image of the stack, `running` that of the replicas. A version in `broken` fails
/// the update; one in `reverted` is rolled back by ECS, and the stack succeeds all the same.
const AWS: &str = r#"#!/bin/sh
cd "$HOME" && echo "$*" >>calls
[ ! -f offline ] || { echo 'Could not connect to the endpoint URL' >&2; exit 255; }
case $* in
  *OutputKey==*StackRole*) echo arn:aws:iam::123456789012:role/stack ;;
  *OutputKey==*Registry*) cat registry ;;
  *OutputKey==*Workspace*) echo ws-1 ;;
  *StackStatus*) cat state 2>/dev/null || true ;;
  *get-template*) echo 'Description: before' ;;
  *ParameterKey,ParameterValue*) printf 'Image\t%s\nVpc\tvpc-old\nCertificate\ta=b\n' "$(cat stack)" ;;
  *list-tasks*) [ ! -f running ] || echo 'arn:1	arn:2' ;;
  *describe-tasks*) paste -s running ;;
  "cloudformation deploy"*)
    image=$(printf '%s\n' "$*" | sed 's/.* Image=\([^ ]*\).*/\1/')
    [ "$image" != "$(cat broken 2>/dev/null)" ] || exit 1
    echo "$image" >stack
    echo UPDATE_COMPLETE >state
    [ "$image" = "$(cat reverted 2>/dev/null)" ] || echo "$image" >running ;;
  "ecs wait services-stable"*) ;;
  *describe-images*) grep -q "${*##*imageDigest=}" images 2>/dev/null ;;
  "ecr get-login-password") echo password ;;
  *describe-rule-groups-namespace*statusCode*)
    name=$(printf '%s\n' "$*" | sed 's/.*--name \([^ ]*\).*/\1/')
    [ -f "rules-$name" ] || exit 254
    cat refused 2>/dev/null || echo ACTIVE ;;
  *describe-rule-groups-namespace*statusReason*) echo 'the rule is wrong' ;;
  *-rule-groups-namespace*)
    name=$(printf '%s\n' "$*" | sed 's/.*--name \([^ ]*\).*/\1/')
    case $* in *create-*) [ ! -f "rules-$name" ] ;; *) [ -f "rules-$name" ] ;; esac
    echo "$*" >"rules-$name" ;;
  *assume-role-with-web-identity*)
    [ -z "${AWS_ROLE_ARN:-}" ] || exit 9
    [ "$(cat "$(printf '%s\n' "$*" | sed 's|.*file://\([^ ]*\).*|\1|')")" = token ] || exit 254
    printf 'id\tsecret\tsession\n' ;;
  *) echo "unknown: $*" >&2; exit 9 ;;
esac
"#;

/// `docker`, whose copies keep their digest if they are not made an index, unless `broken` exists.
const DOCKER: &str = r#"#!/bin/sh
cd "$HOME" && echo "docker $*" >>calls
case $* in
  login*) [ "$(cat)" = password ] ;;
  *imagetools*--prefer-index=false*) [ -f broken ] || echo "${*##*@}" >>images ;;
  *imagetools*) echo sha256:index >>images ;;
  *) exit 9 ;;
esac
"#;

fn image(digit: char) -> String {
    format!("{REGISTRY}@sha256:{}", digit.to_string().repeat(64))
}

/// An account in which the first version runs, unless it is `empty`.
fn account(empty: bool) -> tempfile::TempDir {
    let tree = tree();
    let of = |path: &str| String::from_utf8(tree.get(path).expect("it has the file").bytes.clone()).expect("text");
    let scripts = ["update.sh", "running.sh", "copy.sh", "alerts.sh", "login.sh"].map(|name| format!("deploy/{name}"));
    let scripts = scripts.into_iter().chain(["ops/links.sh".to_owned()]);
    let account = folder(&[("bin/aws", AWS), ("bin/docker", DOCKER), ("bin/curl", CURL), ("registry", REGISTRY)]);
    for path in scripts {
        write(&account.path().join(&path), &of(&path));
    }
    write(&account.path().join("deploy/stack.yaml"), "Description: now\n");
    // Its last line does not end.
    let parameters = "# The network.\nVpc=vpc-new\n\nPublicSubnets=subnet-1,subnet-2";
    write(&account.path().join("deploy/production.env"), parameters);
    write(&account.path().join("ops/alerts/service.yml"), "groups: []\n");
    write(&account.path().join("ops/alerts/redis.yml"), "groups: []\n");
    if !empty {
        for file in ["stack", "running"] {
            write(&account.path().join(file), &format!("{}\n", image('1')));
        }
        write(&account.path().join("state"), "UPDATE_COMPLETE\n");
    }
    account
}

fn update(account: &Path, arguments: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = run(account, &format!("deploy/update.sh {arguments}"), variables);
    (status.code(), text(&stderr))
}

fn read(account: &Path, file: &str) -> String {
    crate::ci_scripts::read(account, file).trim().to_owned()
}

/// The calls that change a stack.
fn deploys(account: &Path) -> Vec<String> {
    read(account, "calls").lines().filter(|call| call.starts_with("cloudformation deploy")).map(str::to_owned).collect()
}

#[test]
fn the_first_deploy_is_without_protection_and_a_later_one_has_the_parameters_of_its_file() {
    let account = account(true);
    let (code, said) = update(account.path(), &format!("production {}", image('1')), &[]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = update(account.path(), &format!("production {}", image('2')), &[]);
    assert_eq!((code, read(account.path(), "running")), (Some(0), image('2')), "{said}");
    assert!(said.ends_with(&format!("back: deploy/update.sh production {}\n", image('1'))), "{said}");
    let calls = deploys(account.path());
    // A parameter that is not named keeps its value.
    assert!(calls[0].contains(" DeletionProtection=false "), "{calls:?}");
    assert!(calls[1].contains(" DeletionProtection=true ") && !calls[1].contains("=false"), "{calls:?}");
    assert!(calls[1].contains("/linked.yaml --parameter-overrides"), "{calls:?}");
    assert!(calls[1].contains(" Vpc=vpc-new PublicSubnets=subnet-1,subnet-2 --role-arn arn:aws:iam"), "{calls:?}");
    assert!(read(account.path(), "rules-service").contains("/service.yml"), "the alerts are applied");
    // Of two values for one parameter the last one counts.
    write(&account.path().join("deploy/production.env"), "DeletionProtection=false");
    assert_eq!(update(account.path(), "production", &[]).0, Some(0));
    let calls = deploys(account.path());
    assert!(calls[2].contains(" DeletionProtection=true DeletionProtection=false "), "{calls:?}");
}

#[test]
fn without_an_image_the_version_that_runs_is_kept() {
    let account = account(false);
    let (code, said) = update(account.path(), "production", &[]);
    assert_eq!((code, read(account.path(), "running")), (Some(0), image('1')), "{said}");
}

#[test]
fn a_version_that_cloudformation_refuses_is_rolled_back() {
    let account = account(false);
    write(&account.path().join("broken"), &image('2'));
    let (code, said) = update(account.path(), &format!("production {}", image('2')), &[]);
    assert_eq!((code, read(account.path(), "running")), (Some(1), image('1')));
    assert!(said.contains("does not become ready, so the previous version runs again"), "{said}");
    assert!(!account.path().join("rules-service").exists(), "its alerts are not applied");
}

#[test]
fn a_version_that_ecs_has_replaced_is_found_although_the_stack_succeeded() {
    let account = account(false);
    write(&account.path().join("reverted"), &image('2'));
    let (code, said) = update(account.path(), &format!("production {}", image('2')), &[]);
    assert_eq!((code, read(account.path(), "stack")), (Some(1), image('1')), "{said}");
    assert!(said.contains("so the previous version runs again"), "{said}");
    let calls = deploys(account.path());
    assert!(calls[1].contains(" Vpc=vpc-old Certificate=a=b ") && !calls[1].contains("/linked.yaml"), "{calls:?}");
}

#[test]
fn a_version_that_the_public_address_does_not_survive_is_rolled_back() {
    let account = account(false);
    let failing = [("PUBLIC_URL", public("503 Service Unavailable"))];
    let failing = failing.each_ref().map(|(name, url)| (*name, url.as_str()));
    let (code, said) = update(account.path(), &format!("production {}", image('2')), &failing);
    assert_eq!((code, read(account.path(), "running")), (Some(1), image('1')), "{said}");
    assert!(said.contains("the public address does not answer, so the previous version runs again"), "{said}");
    let url = public("200 OK");
    let (code, said) = update(account.path(), &format!("production {}", image('2')), &[("PUBLIC_URL", &url)]);
    assert_eq!(code, Some(0), "{said}");
    let empty = self::account(true);
    let (code, said) = update(empty.path(), &format!("production {}", image('2')), &failing);
    assert_eq!(code, Some(1));
    assert!(said.contains("there is no previous version"), "{said}");
}

#[test]
fn a_roll_back_that_fails_is_not_reported_as_one() {
    let account = account(false);
    write(&account.path().join("reverted"), &image('2'));
    write(&account.path().join("broken"), &image('1'));
    let (code, said) = update(account.path(), &format!("production {}", image('2')), &[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("could not be restored"), "{said}");
}

#[test]
fn wrong_arguments_and_examples_are_usage_errors() {
    let account = account(false);
    for arguments in ["", "canary", "production registry.example/pier:latest", "production ''"] {
        assert_eq!(update(account.path(), arguments, &[]).0, Some(2), "{arguments}");
    }
    let none = self::account(true);
    assert_eq!(update(none.path(), "production", &[]).0, Some(2), "no version runs");
    write(&account.path().join("deploy/production.env"), "Vpc=vpc-EXAMPLE\n");
    let (code, said) = update(account.path(), &format!("production {}", image('2')), &[]);
    assert_eq!(code, Some(2));
    assert!(said.contains("Vpc=vpc-EXAMPLE"), "{said}");
    assert!(deploys(account.path()).is_empty());
}

#[test]
fn a_stack_that_cannot_be_updated_and_an_aws_that_does_not_respond_are_failures() {
    for (state, expected) in [
        ("ROLLBACK_COMPLETE", "delete the stack"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("UPDATE_IN_PROGRESS", "another change"),
        ("ROLLBACK_IN_PROGRESS", "another change"),
    ] {
        let account = account(false);
        write(&account.path().join("state"), state);
        let (code, said) = update(account.path(), &format!("production {}", image('2')), &[]);
        assert_eq!(code, Some(1));
        assert!(said.contains(expected), "{said}");
    }
    let account = account(false);
    write(&account.path().join("running"), &format!("{}\n{}\n", image('1'), image('3')));
    let (code, said) = update(account.path(), &format!("production {}", image('2')), &[]);
    assert!(code == Some(1) && said.contains("several versions run"), "{said}");
    write(&account.path().join("offline"), "");
    assert_eq!(update(account.path(), &format!("production {}", image('2')), &[]).0, Some(255));
    assert!(deploys(account.path()).is_empty());
}

#[test]
fn an_image_is_copied_once_and_keeps_its_digest() {
    let account = account(false);
    let copy = || run(account.path(), &format!("deploy/copy.sh ghcr.io/me/pier@sha256:{}", "2".repeat(64)), &[]);
    for _ in 0..2 {
        let copied = copy();
        assert_eq!(text(&copied.stdout).trim(), image('2'), "{}", text(&copied.stderr));
    }
    let calls = read(account.path(), "calls");
    assert_eq!(calls.matches("imagetools create").count(), 1, "{calls}");
    assert!(!calls.contains("login password"), "the password is not an argument");
    assert_eq!(run(account.path(), "deploy/copy.sh ghcr.io/me/pier:latest", &[]).status.code(), Some(2));
    for file in ["images", "broken"] {
        write(&account.path().join(file), "");
    }
    let failed = copy();
    assert!(!failed.status.success() && text(&failed.stderr).contains("another digest"), "{}", text(&failed.stderr));
}

#[test]
fn rules_that_the_workspace_refuses_are_a_failure() {
    let account = account(false);
    let alerts = || run(account.path(), "deploy/alerts.sh production", &[("PAUSE", "0")]);
    for _ in 0..2 {
        let applied = alerts();
        assert!(applied.status.success(), "{}", text(&applied.stderr));
    }
    let calls = read(account.path(), "calls");
    assert_eq!((calls.matches("amp create-").count(), calls.matches("amp put-").count()), (2, 2), "{calls}");
    for state in ["UPDATE_FAILED", "UPDATING"] {
        write(&account.path().join("refused"), state);
        let failed = alerts();
        assert_eq!(failed.status.code(), Some(1));
        assert!(text(&failed.stderr).contains(&format!("({state}): the rule is wrong")), "{}", text(&failed.stderr));
    }
}

#[test]
fn a_token_is_exchanged_for_credentials_in_a_file_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt as _;
    let account = account(false);
    let file = account.path().join("credentials");
    let variables = [("AWS_ROLE_ARN", "arn:role"), ("AWS_SHARED_CREDENTIALS_FILE", file.to_str().expect("a path"))];
    assert!(!run(account.path(), "printf wrong | deploy/login.sh", &variables).status.success());
    assert!(!file.exists());
    let done = run(account.path(), "printf token | deploy/login.sh", &variables);
    assert!(done.status.success() && done.stdout.is_empty(), "{}", text(&done.stderr));
    let expected = "[default]\naws_access_key_id = id\naws_secret_access_key = secret\naws_session_token = session";
    assert_eq!(read(account.path(), "credentials"), expected);
    assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o77, 0);
}
