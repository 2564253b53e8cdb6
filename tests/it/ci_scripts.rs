//! The scripts that both CI systems run, with real processes: the deploy window at every hour of a week, a deploy and the
//! way back from it over a host that is this machine, and the notes of a release.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use restwell::plan::Plan;
use restwell::stack::{Answers, Stack};

/// `curl` without pauses between its attempts.
pub(crate) const CURL: &str = "#!/bin/sh\nPATH=${PATH#*:} exec curl \"$@\" --retry 1 --retry-delay 0\n";

/// `skopeo`, which writes another digest than the one that it was given: that of the image for one processor.
pub(crate) const SKOPEO: &str = r#"#!/bin/sh
cd "$(dirname "$0")/.."
echo "$*" >>calls
case $1 in
  login) cat >password ;;
  copy) for argument; do [ "${before:-}" != --digestfile ] || printf sha256:9 >"$argument"; before=$argument; done ;;
  *) exit 9 ;;
esac
"#;

/// A folder with `files`, all of them executable.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        write(&folder.path().join(path), text);
    }
    folder
}

pub(crate) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("executable");
}

/// A file of the default project, which has a deployment and CI.
pub(crate) fn script(path: &str) -> String {
    let stack = Stack::resolve(&Answers::default()).expect("valid").stack;
    let tree = Plan::new(&stack, "north-pier9").sources().expect("renders");
    String::from_utf8(tree.get(path).expect("it has the script").bytes.clone()).expect("text")
}

/// Runs `command` in `folder`, in which programs in `bin` come first.
pub(crate) fn run(folder: &Path, command: &str, variables: &[(&str, &str)]) -> Output {
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").expect("a path"));
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder).env("PATH", path).env("HOME", folder);
    shell.envs(variables.iter().copied()).output().expect("a shell")
}

/// Checks that the login of [`SKOPEO`] was for the copy only: in a file of its own that is gone.
pub(crate) fn its_login_is_forgotten(calls: &str) {
    let words: Vec<&str> = calls.split_whitespace().collect();
    let after = |option| words.iter().position(|word| *word == option).and_then(|at| words.get(at + 1));
    let file = after("--authfile").expect("the login has a file of its own");
    assert_eq!(after("--dest-authfile"), Some(file), "{calls}");
    assert!(!Path::new(file).exists(), "{file} still has the token");
}

/// The text of a file that a stand-in wrote; empty if there is none.
pub(crate) fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_default()
}

/// Checks that a script failed with this code and named this cause.
pub(crate) fn failed(output: &Output, code: i32, cause: &str) {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{message}");
    assert!(message.contains(cause), "{message}");
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_deploy_window_is_open_on_the_hours_that_its_page_states() {
    let date = "#!/bin/sh\ncase $* in *%u*) echo $DAY ;; *) echo $HOUR ;; esac\n";
    let folder = folder(&[("deploy/window.sh", &script("deploy/window.sh")), ("bin/date", date)]);
    let all = "for DAY in 1 2 3 4 5 6 7; do for HOUR in 00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23; do
        export DAY HOUR; ! deploy/window.sh >/dev/null 2>&1 || echo $DAY $HOUR; done; done";
    let open: Vec<String> = text(&run(folder.path(), all, &[]).stdout).lines().map(str::to_owned).collect();
    let hours = (1..=4).flat_map(|day| (8..15).map(move |hour| format!("{day} {hour:02}")));
    assert_eq!(open, hours.collect::<Vec<_>>());
    let night = [("DAY", "7"), ("HOUR", "03")];
    assert!(run(folder.path(), "deploy/window.sh true", &night).status.success(), "an incident ignores the window");
    let refused = run(folder.path(), "deploy/window.sh false", &night);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("the deploy window is closed"));
}

/// `ssh` to this machine, and a clone in which `roll.sh` records the image as the real one does. The image `refused`
/// changes nothing, and after `late` has taken over something else fails.
fn host() -> tempfile::TempDir {
    let roll = "#!/bin/sh\n[ \"$IMAGE\" != refused ] || exit 1\necho \"IMAGE=$IMAGE\" >deploy/.env
        echo \"$IMAGE $(git rev-parse HEAD)\" >>../../rolls\n[ \"$IMAGE\" != late ]\n";
    let ssh = "#!/bin/sh\nshift 3\nexec sh -c \"$*\"\n";
    let folder = folder(&[
        ("deploy/remote.sh", &script("deploy/remote.sh")),
        ("bin/ssh", ssh),
        ("origin/deploy/roll.sh", roll),
        ("origin/.gitignore", "deploy/.env\n"),
    ]);
    let git = "git -c user.name=a -c user.email=a@example.com";
    let made = format!(
        "cd origin && git init -q -b main && git add -A && {git} commit -qm first && git clone -q . ../host/clone &&
         {git} commit -q --allow-empty -m second"
    );
    let made = run(folder.path(), &made, &[]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    folder
}

/// A public address that answers every request with `status`.
pub(crate) fn public(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("a connection");
            let _ = connection.read(&mut [0; 4096]);
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    url
}

fn deploy(host: &Path, url: &str, image: &str) -> Output {
    write(&host.join("bin/curl"), CURL);
    let variables = [("DEPLOY_HOST", "me@host"), ("DEPLOY_PATH", "host/clone"), ("PUBLIC_URL", url)];
    run(host, &format!("deploy/remote.sh \"$(git -C origin rev-parse main)\" {image}"), &variables)
}

fn rolls(host: &Path) -> Vec<String> {
    let rolls = fs::read_to_string(host.join("rolls")).unwrap_or_default();
    rolls.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_deploy_prints_the_version_before() {
    let host = host();
    let url = public("200 OK");
    let first = deploy(host.path(), &url, "app@sha256:1");
    assert!(first.status.success(), "{}", text(&first.stderr));
    assert!(text(&first.stdout).ends_with("BEFORE_IMAGE=\n"), "{}", text(&first.stdout));
    let second = deploy(host.path(), &url, "app@sha256:2");
    assert!(text(&second.stdout).ends_with("BEFORE_IMAGE=app@sha256:1\n"), "{}", text(&second.stdout));
    assert_eq!(rolls(host.path()), ["app@sha256:1", "app@sha256:2"]);
}

#[test]
fn a_deploy_that_the_public_address_does_not_survive_is_taken_back() {
    let host = host();
    let none_before = deploy(host.path(), &public("503 Service Unavailable"), "app@sha256:1");
    assert_eq!(none_before.status.code(), Some(1));
    assert!(text(&none_before.stderr).contains("there is no previous version"), "{}", text(&none_before.stderr));
    let failed = deploy(host.path(), &public("503 Service Unavailable"), "app@sha256:2");
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).contains("the previous version runs again"), "{}", text(&failed.stderr));
    assert_eq!(rolls(host.path()), ["app@sha256:1", "app@sha256:2", "app@sha256:1"]);
}

#[test]
fn after_a_roll_that_fails_the_clone_has_the_files_of_the_version_that_runs() {
    let host = host();
    let url = public("200 OK");
    let commit = |of: &str| text(&run(host.path(), &format!("git -C {of} rev-parse HEAD"), &[]).stdout);
    let first = commit("host/clone");
    assert_eq!(deploy(host.path(), &url, "refused").status.code(), Some(1));
    assert_eq!(commit("host/clone"), first);
    assert_eq!(deploy(host.path(), &url, "late").status.code(), Some(1));
    assert_eq!(commit("host/clone"), commit("origin"));
}

#[test]
fn a_rollback_of_the_first_deploy_is_refused() {
    let host = host();
    let refused = deploy(host.path(), &public("200 OK"), "''");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("the host had no previous version"), "{}", text(&refused.stderr));
    assert!(rolls(host.path()).is_empty());
}

#[test]
fn a_release_has_the_section_of_its_version() {
    let changelog =
        "# Changelog\n\n## Unreleased\n\n- Later.\n\n## 1.2.0 (spring)\n\n- Orders.\n\n## 1.1.0\n\n- Older.\n";
    // The build itself is not tested here.
    let cargo =
        "#!/bin/sh\nmkdir -p target/release\necho x >target/release/north-pier9\necho {} >north-pier9.cdx.json\n";
    let folder = folder(&[
        ("ops/release.sh", &script("ops/release.sh")),
        ("bin/cargo", cargo),
        ("CHANGELOG.md", changelog),
        ("Cargo.toml", "[package]\nname = \"north-pier9\"\nversion = \"1.2.0\"\n"),
    ]);
    let made = run(folder.path(), "ops/release.sh v1.2.0 && cd dist && sha256sum --check --quiet *.sha256 && ls", &[]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let notes = fs::read_to_string(folder.path().join("dist/notes.md")).expect("notes");
    assert_eq!(notes.trim(), "- Orders.");
    let files = text(&made.stdout);
    for end in [".cdx.json", "-linux.tar.gz", ".sha256", "notes.md"] {
        assert!(files.lines().any(|file| file.ends_with(end)), "{files}");
    }
    for (tag, cause) in [("1.2.0", "does not start with a v"), ("v1.3.0", "Cargo.toml has the version 1.2.0")] {
        let refused = run(folder.path(), &format!("ops/release.sh {tag}"), &[]);
        assert!(!refused.status.success() && text(&refused.stderr).contains(cause), "{}", text(&refused.stderr));
    }
    write(&folder.path().join("CHANGELOG.md"), "# Changelog\n");
    let refused = run(folder.path(), "ops/release.sh v1.2.0", &[]);
    assert!(text(&refused.stderr).contains("no section \"## 1.2.0\""), "{}", text(&refused.stderr));
}
