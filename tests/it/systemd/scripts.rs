//! The scripts of the deployment, with real shells: a roll on a stand-in for a host, and a deploy to it from outside.

use std::fs;
use std::path::Path;
use std::process::Output;

use restwell::choice::{Database, Deploy, Monitoring, Value};

use crate::ci_scripts::{folder, public, read, run, text, write};
use crate::projects::{source, stack, tree};

/// `systemctl`, for replicas that are files with the program that they run: `up-PORT`.
const SYSTEMCTL: &str = r#"#!/bin/sh
echo "$*" >>calls
port=${2#*@} port=${port%.service}
case $1 in
  restart) cp "$(readlink -f "opt/replicas/$port")/north-pier9" "up-$port" ;;
  stop) rm -f "up-$port" ;;
  --quiet) ;;
  *) exit 9 ;;
esac
"#;

/// `curl`: a replica is ready if it runs a program that is not broken, and HAProxy knows it at once. On the port in
/// `unlucky` no new program becomes ready.
const CURL: &str = r#"#!/bin/sh
for url; do :; done
case $url in
  http://127.0.0.1:1808*) port=${url#http://127.0.0.1:1} port=${port%%/*} ;;
  http://127.0.0.1:8405/*) port=${url##*/} ;;
  *) PATH=${PATH#*:} exec curl "$@" --retry 1 --retry-delay 0 ;;
esac
grep -q works "up-$port" && ! { [ "$port" = "$(cat unlucky)" ] && grep -q new "up-$port"; }
"#;

/// A second takes none, so that a replica that is not ready is given up at once.
const DATE: &str = "#!/bin/sh\necho $(($(cat clock) + 30)) | tee clock.new\nmv clock.new clock\n";

/// A file of a project with Datadog and without a database.
fn script(path: &str) -> String {
    let values =
        [Value::Deploy(Deploy::Systemd), Value::Database(Database::None), Value::Monitoring(Monitoring::Datadog)];
    source(&tree(&stack(values)), path).to_owned()
}

fn host() -> tempfile::TempDir {
    let folder =
        folder(&[("bin/systemctl", SYSTEMCTL), ("bin/curl", CURL), ("bin/date", DATE), ("bin/sleep", "#!/bin/sh\n")]);
    let at = folder.path().display();
    let roll = script("deploy/systemd/roll.sh");
    let roll = roll.replace("/opt/north-pier9", &format!("{at}/opt")).replace("\"/etc/$name/", &format!("\"{at}/etc/"));
    write(&folder.path().join("roll.sh"), &roll);
    for (path, content) in
        [("clock", "0"), ("unlucky", "none"), ("etc/settings.env", "# example.com\n"), ("etc/credentials/x", "")]
    {
        write(&folder.path().join(path), content);
    }
    let links = "mkdir -p opt/releases opt/replicas && cd opt/replicas && ln -s ../current 8080 && ln -s ../current 8081 && ln -s ../next 8082";
    assert!(run(folder.path(), links, &[]).status.success());
    for (program, content) in [("first", "works"), ("second", "new, works"), ("broken", "new")] {
        write(&folder.path().join(program), content);
    }
    folder
}

fn roll(host: &Path, arguments: &str, variables: &[(&str, &str)]) -> Output {
    run(host, &format!("./roll.sh {arguments}"), variables)
}

/// What runs, by port.
fn running(host: &Path) -> Vec<(u16, String)> {
    (8080..8083).filter_map(|port| Some((port, fs::read_to_string(host.join(format!("up-{port}"))).ok()?))).collect()
}

fn both(program: &str) -> Vec<(u16, String)> {
    vec![(8080, program.to_owned()), (8081, program.to_owned())]
}

fn current(host: &Path) -> String {
    fs::read_link(host.join("opt/current")).map_or(String::new(), |link| link.display().to_string())
}

#[test]
fn a_roll_replaces_every_replica_and_the_way_back_needs_only_the_version() {
    let host = host();
    let first = roll(host.path(), "1 first", &[]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    assert_eq!(running(host.path()), both("works"));
    let second = run(host.path(), "./roll.sh 2 - <second", &[("PUBLIC_URL", &public("200 OK"))]);
    assert!(second.status.success(), "{}", text(&second.stderr));
    assert_eq!((running(host.path()), current(host.path())), (both("new, works"), "releases/2".to_owned()));
    assert_eq!(read(host.path(), "opt/replicas/8080/version.env"), "DD_VERSION=2\n");
    assert!(text(&second.stderr).ends_with("2 runs; back: north-pier9-roll 1\n"), "{}", text(&second.stderr));
    let calls = fs::read_to_string(host.path().join("calls")).expect("calls");
    let expected = ["restart 8082", "restart 8080", "restart 8081", "stop 8082"];
    let of_roll: Vec<String> = calls
        .lines()
        .filter(|line| !line.contains("enable"))
        .map(|line| line.replace("north-pier9@", "").replace(".service", ""))
        .collect();
    assert_eq!(of_roll, [expected, expected].concat());
    let back = roll(host.path(), "1", &[]);
    assert!(back.status.success(), "{}", text(&back.stderr));
    assert_eq!(running(host.path()), both("works"));
}

#[test]
fn a_version_that_does_not_become_ready_touches_no_replica() {
    let host = host();
    let alone = roll(host.path(), "0 broken", &[]);
    assert_eq!((alone.status.code(), running(host.path())), (Some(1), Vec::new()));
    assert!(roll(host.path(), "1 first", &[]).status.success());
    fs::remove_file(host.path().join("calls")).expect("it was called");
    let failed = roll(host.path(), "2 broken", &[]);
    assert_eq!(failed.status.code(), Some(1));
    let said = text(&failed.stderr);
    assert!(
        said.contains(
            "2 does not become ready, see: journalctl --unit north-pier9@8082; nothing else has changed, 1 runs"
        ),
        "{said}"
    );
    assert_eq!((running(host.path()), current(host.path())), (both("works"), "releases/1".to_owned()));
    let calls = fs::read_to_string(host.path().join("calls")).expect("calls");
    assert!(!calls.contains("8080") && !calls.contains("8081"), "{calls}");
}

#[test]
fn a_replica_that_does_not_become_ready_takes_the_version_back() {
    let host = host();
    assert!(roll(host.path(), "1 first", &[]).status.success());
    write(&host.path().join("unlucky"), "8081");
    let failed = roll(host.path(), "2 second", &[]);
    assert_eq!(failed.status.code(), Some(1));
    let said = text(&failed.stderr);
    assert!(
        said.contains("on port 8081 does not become ready with 2, so the previous version runs again: 1"),
        "{said}"
    );
    assert_eq!((running(host.path()), current(host.path())), (both("works"), "releases/1".to_owned()));
}

#[test]
fn a_version_that_the_public_address_does_not_survive_is_taken_back() {
    let host = host();
    let unavailable = public("503 Service Unavailable");
    let alone = roll(host.path(), "1 first", &[("PUBLIC_URL", &unavailable)]);
    assert_eq!(alone.status.code(), Some(1));
    assert!(text(&alone.stderr).contains("the public address does not answer with 1; there is no previous version"));
    let failed = roll(host.path(), "2 second", &[("PUBLIC_URL", &unavailable)]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).ends_with("so the previous version runs again: 1\n"), "{}", text(&failed.stderr));
    assert_eq!((running(host.path()), current(host.path())), (both("works"), "releases/1".to_owned()));
}

#[test]
fn an_interrupted_roll_is_taken_back() {
    let host = host();
    assert!(roll(host.path(), "1 first", &[]).status.success());
    // Interrupted while the second replica is waited for.
    write(&host.path().join("unlucky"), "8081");
    write(&host.path().join("bin/sleep"), "#!/bin/sh\n[ -e interrupted ] || { : >interrupted; kill -TERM $PPID; }\n");
    let failed = roll(host.path(), "2 second", &[]);
    assert_eq!(failed.status.code(), Some(143), "{}", text(&failed.stderr));
    assert!(
        text(&failed.stderr).ends_with("interrupted, so the previous version runs again: 1\n"),
        "{}",
        text(&failed.stderr)
    );
    assert_eq!(running(host.path()), both("works"));
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_runs() {
    let host = host();
    assert!(roll(host.path(), "1 first", &[]).status.success());
    fs::remove_file(host.path().join("calls")).expect("it was called");
    for (arguments, status, cause) in [
        ("", 2, "the first argument is a version"),
        ("../1 first", 2, "the first argument is a version"),
        (".new first", 2, "the first argument is a version"),
        ("2 second third", 2, "the arguments are a version and its program"),
        ("2", 1, "there is no version 2"),
        ("2 nowhere", 1, "the program nowhere cannot be read"),
        ("2 /dev/null", 1, "the program /dev/null cannot be read"),
        ("1 second", 1, "a version is never replaced"),
    ] {
        let refused = roll(host.path(), arguments, &[]);
        assert_eq!(refused.status.code(), Some(status), "{arguments}: {}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains(cause), "{arguments}: {}", text(&refused.stderr));
    }
    let through_sudo = roll(host.path(), "2 second", &[("SUDO_UID", "1000")]);
    assert_eq!(through_sudo.status.code(), Some(2));
    assert!(text(&through_sudo.stderr).contains("through sudo"), "{}", text(&through_sudo.stderr));
    let locked = run(host.path(), "flock opt/releases ./roll.sh 2 second", &[]);
    assert!(text(&locked.stderr).contains("another roll is running"), "{}", text(&locked.stderr));
    write(&host.path().join("etc/credentials/database_url"), "postgres://app@postgres.example.com/app\n");
    let example = roll(host.path(), "2 second", &[]);
    assert_eq!(example.status.code(), Some(2));
    assert!(text(&example.stderr).contains("etc/credentials/database_url"), "{}", text(&example.stderr));
    assert!(!host.path().join("calls").exists() && running(host.path()) == both("works"));
}

#[test]
fn old_versions_are_deleted_but_not_the_two_last_that_ran() {
    let host = host();
    for version in 1..=7 {
        write(&host.path().join("program"), &format!("{version} works"));
        let rolled = roll(host.path(), &format!("{version} program"), &[]);
        assert!(rolled.status.success(), "{}", text(&rolled.stderr));
        // By age, in whole seconds on some file systems.
        assert!(run(host.path(), &format!("touch -d @{version}000 opt/releases/{version}"), &[]).status.success());
    }
    assert!(roll(host.path(), "3", &[]).status.success());
    let left = text(&run(host.path(), "ls opt/releases", &[]).stdout);
    assert_eq!(left.split_whitespace().collect::<Vec<_>>(), ["3", "4", "5", "6", "7"]);
}

/// A deploy from outside, to the same host.
fn deploy(host: &Path, url: &str, arguments: &str) -> Output {
    let ssh = format!(
        "#!/bin/sh\nshift 3\nset -- \"$(echo \"$*\" | sed -e 's|sudo /usr/local/sbin/north-pier9-roll|./roll.sh|' -e 's|/opt/north-pier9|{}/opt|')\"\n\
         exec env -u PUBLIC_URL sh -c \"$1\"\n",
        host.display()
    );
    write(&host.join("bin/ssh"), &ssh);
    write(&host.join("remote.sh"), &script("deploy/systemd/remote.sh"));
    run(host, &format!("./remote.sh {arguments}"), &[("DEPLOY_HOST", "me@host"), ("PUBLIC_URL", url)])
}

#[test]
fn a_deploy_from_outside_prints_the_previous_version_and_goes_back_to_it() {
    let host = host();
    let none = deploy(host.path(), &public("200 OK"), "''");
    assert_eq!(none.status.code(), Some(2));
    assert!(text(&none.stderr).contains("the host had no previous version"), "{}", text(&none.stderr));
    let first = deploy(host.path(), &public("200 OK"), "1 first");
    assert!(first.status.success(), "{}", text(&first.stderr));
    assert_eq!(text(&first.stdout), "BEFORE=\n");
    let failed = deploy(host.path(), &public("503 Service Unavailable"), "2 second");
    assert_eq!(
        (failed.status.code(), text(&failed.stdout)),
        (Some(1), "BEFORE=1\n".to_owned()),
        "{}",
        text(&failed.stderr)
    );
    assert!(text(&failed.stderr).contains("the previous version runs again"), "{}", text(&failed.stderr));
    assert_eq!(running(host.path()), both("works"));
    let rolled = deploy(host.path(), &public("200 OK"), "2 second");
    assert!(rolled.status.success(), "{}", text(&rolled.stderr));
    let back = deploy(host.path(), &public("200 OK"), "1");
    assert_eq!((back.status.code(), running(host.path())), (Some(0), both("works")), "{}", text(&back.stderr));
    let failed = deploy(host.path(), &public("200 OK"), "3 broken");
    assert!(failed.status.code() == Some(1) && running(host.path()) == both("works"), "{}", text(&failed.stderr));
}

/// `systemd-analyze`, for a unit in `wrong`.
const ANALYZE: &str = r#"#!/bin/sh
[ "$1" != verify ] || { shift; for unit; do [ "${unit##*/}" != "$(cat "$HOME/wrong" 2>/dev/null)" ] || echo "$unit is wrong" >&2; done; }
"#;

#[test]
fn the_check_of_ci_takes_the_units_that_a_project_has() {
    for (database, units) in [(Database::None, 1), (Database::Sqlite, 3)] {
        let tree = tree(&stack([Value::Deploy(Deploy::Systemd), Value::Database(database)]));
        let programs = ["haproxy", "shellcheck"].map(|name| format!("bin/{name}"));
        let folder = folder(&[("bin/systemd-analyze", ANALYZE)]);
        for program in programs {
            write(&folder.path().join(program), "#!/bin/sh\n");
        }
        for (path, file) in tree.files().filter(|(path, _)| path.starts_with("deploy/systemd")) {
            write(&folder.path().join(path), std::str::from_utf8(&file.bytes).expect("text"));
        }
        let check = || run(folder.path(), "deploy/systemd/check.sh", &[]);
        let checked = check();
        assert!(checked.status.success(), "{database:?}: {}", text(&checked.stderr));
        let names = ["app@.service", "backup.service", "backup.timer"];
        for name in &names[..units] {
            write(&folder.path().join("wrong"), name);
            let failed = check();
            assert_eq!(failed.status.code(), Some(1), "{name}");
            assert!(text(&failed.stderr).contains(&format!("{name} is wrong")), "{}", text(&failed.stderr));
        }
    }
}
