//! Files that appear during a run, and traces of other runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::session::{PROGRAM, listing, restwell, shell};
use super::terminal::{ENTER, on_terminal};

/// Starts restwell with a git that waits for the file `go`, and waits until it is called: all files are staged, none is
/// placed.
fn staged(place: &Path, words: &[&str]) -> Child {
    let script = format!(
        "#!/bin/sh\n: > {0}/started\nwhile [ ! -e {0}/go ]; do sleep 0.02; done\nmkdir .git\n",
        place.display()
    );
    fs::create_dir_all(place.join("bin")).expect("made");
    fs::write(place.join("bin/git"), script).expect("written");
    fs::set_permissions(place.join("bin/git"), fs::Permissions::from_mode(0o755)).expect("set");
    let child = run(place, words).spawn().expect("it starts");
    let start = Instant::now();
    while !place.join("started").exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "git was never called");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn run(place: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    let path = [place.join("bin"), "/usr/bin".into(), "/bin".into()];
    command
        .args(words)
        .current_dir(place.join("work"))
        .env_clear()
        .env("PATH", std::env::join_paths(path).expect("a path"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn workplace() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::create_dir(directory.path().join("work")).expect("made");
    directory
}

#[test]
fn a_file_that_appears_meanwhile_is_never_replaced() {
    for (words, already) in
        [(["new", ".", "--yes", "--name=a"], false), (["new", ".", "--force", "--preset=standard"], true)]
    {
        let place = workplace();
        let mut words = words.to_vec();
        if already {
            fs::write(place.path().join("work/notes.txt"), "mine").expect("written");
            words.push("--name=a");
        }
        let child = staged(place.path(), &words);
        // Late in the order of the files, so that others are placed before it and have to be removed.
        fs::create_dir(place.path().join("work/src")).expect("made");
        fs::write(place.path().join("work/src/main.rs"), "appeared").expect("written");
        let before: Vec<_> = visible(&place.path().join("work"));
        fs::write(place.path().join("go"), "").expect("written");
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "{said}");
        assert!(said.contains("error[RW0501]") && said.contains("src/main.rs"), "{said}");
        assert_eq!(visible(&place.path().join("work")), before);
        assert_eq!(fs::read_to_string(place.path().join("work/src/main.rs")).expect("there"), "appeared");
    }
}

/// The content of a directory, except staging folders.
fn visible(path: &Path) -> Vec<std::path::PathBuf> {
    listing(path).into_keys().filter(|path| !path.to_string_lossy().starts_with(".restwell-")).collect()
}

#[test]
fn a_second_run_in_the_same_directory_is_refused_while_the_first_writes() {
    let place = workplace();
    let first = staged(place.path(), &["new", ".", "--yes", "--name", "a"]);
    for extra in ["--no-git", "--dry-run", "--force"] {
        let second =
            run(place.path(), &["new", ".", "--preset", "minimal", "--name", "b", extra]).output().expect("it starts");
        let said = String::from_utf8_lossy(&second.stderr);
        assert_eq!(second.status.code(), Some(5), "{said}");
        assert!(said.contains("another restwell process is writing there"), "{said}");
    }
    fs::write(place.path().join("go"), "").expect("written");
    assert!(first.wait_with_output().expect("it ends").status.success());
    let whole = restwell(["new", "a", "--yes", "--no-git"]).exits(0);
    let mut files = listing(&place.path().join("work"));
    files.remove(Path::new(".git"));
    assert_eq!(files, listing(&whole.path().join("a")));
}

#[test]
fn of_many_racing_runs_one_wins_with_a_whole_project() {
    for _ in 0..3 {
        let ran = shell(
            "mkdir a; for stack in standard minimal scale standard minimal scale; do
               (restwell new a --preset $stack --no-git 2> /dev/null; echo $? >> codes) & done; wait",
        );
        let ran = ran.exits(0);
        let mut codes: Vec<String> = ran.text("codes").lines().map(str::to_owned).collect();
        codes.sort();
        assert_eq!(codes, ["0", "5", "5", "5", "5", "5"]);
        let receipt = ran.text("a/restwell.toml");
        let again = restwell(["new", "a", "--answers", "-", "--no-git"]).stdin(&receipt).exits(0);
        assert_eq!(listing(&again.path().join("a")), listing(&ran.path().join("a")));
    }
}

#[test]
fn concurrent_runs_may_create_the_same_parent() {
    for _ in 0..3 {
        let ran = shell(
            "for name in a b c d; do
               (restwell new x/y/$name --preset minimal --no-git 2>> errors; echo $? >> codes) & done; wait",
        );
        let ran = ran.exits(0);
        assert_eq!(ran.text("codes"), "0\n0\n0\n0\n", "{}", ran.text("errors"));
        assert_eq!(ran.names("x/y"), ["a", "b", "c", "d"]);
    }
}

/// The directory of a run that was killed after it placed a few files.
fn killed(preset: &str, placed: &[&str]) -> super::session::Ran {
    let whole = restwell(["new", "a", "--preset", preset, "--no-git"]).exits(0);
    let staged = whole.path().join(".restwell-4000000-0.partial");
    fs::create_dir_all(staged.join("new")).expect("made");
    fs::write(staged.join("lock"), "").expect("written");
    fs::rename(whole.path().join("a"), staged.join("new/project")).expect("moved");
    fs::create_dir(whole.path().join("a")).expect("made");
    for path in placed {
        let at = whole.path().join("a").join(path);
        fs::create_dir_all(at.parent().expect("a parent")).expect("made");
        fs::hard_link(staged.join("new/project").join(path), at).expect("linked");
    }
    fs::rename(staged, whole.path().join("a/.restwell-4000000-0.partial")).expect("moved");
    whole
}

#[test]
fn the_next_run_reports_what_it_found_and_completes_it() {
    let ran = killed("minimal", &["Cargo.toml", "src/main.rs"]);
    let dry = ran.then(["new", "a", "--preset", "minimal", "--no-git", "--dry-run", "--format", "json"]).exits(0);
    assert_eq!(dry.json()["data"]["resumed"]["present"], 2);
    let next = ran.then(["new", "a", "--preset", "minimal", "--no-git"]).exits(0);
    let next =
        next.says("an earlier run was interrupted here: 2 of ").says("files exist, this run completes the project");
    let whole = restwell(["new", "a", "--preset", "minimal", "--no-git"]).exits(0);
    assert_eq!(listing(&next.path().join("a")), listing(&whole.path().join("a")));
    next.then(["new", "a", "--preset", "minimal", "--no-git", "--force"]).exits(0).never_says("interrupted");
}

#[test]
fn a_run_with_other_answers_names_the_command_that_completes_the_first() {
    let ran = killed("minimal", &["Cargo.toml", "src/main.rs"]);
    let other = ran.then(["new", "a", "--preset", "standard", "--format", "json"]).exits(5).writes_nothing();
    let object = other.json();
    assert!(
        object["error"]["reasons"][0].as_str().is_some_and(|reason| reason.contains("an interrupted run left part"))
    );
    let fix = object["error"]["fixes"][0].as_str().expect("a fix").to_owned();
    let done = ran.then(["list", "-q"]).exits(0);
    let output = Command::new("sh")
        .args(["-c", &format!("{fix} --no-git")])
        .current_dir(done.path())
        .env(
            "PATH",
            std::env::join_paths([
                Path::new(PROGRAM).parent().expect("a directory"),
                "/usr/bin".as_ref(),
                "/bin".as_ref(),
            ])
            .expect("a path"),
        )
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{fix}: {}", String::from_utf8_lossy(&output.stderr));
    let whole = restwell(["new", "a", "--preset", "minimal", "--no-git"]).exits(0);
    assert_eq!(listing(&done.path().join("a")), listing(&whole.path().join("a")));
}

#[test]
fn force_over_another_stack_lists_leftover_files_and_how_to_remove_them() {
    let ran = restwell(["new", "a", "--yes", "--no-git"]).exits(0);
    fs::write(ran.path().join("a/src/platform/cache.rs"), "// changed\n").expect("written");
    let words = ["new", "a", "--preset", "minimal", "--no-git", "--force", "--format", "json"];
    let over = ran.then(words).exits(0);
    let object = over.json();
    let stays = &object["data"]["stays"];
    let files = stays["files"].as_array().expect("files");
    assert!(files.len() > 40, "{}", files.len());
    let changed: Vec<&str> =
        files.iter().filter(|file| file["untouched"] == false).filter_map(|file| file["path"].as_str()).collect();
    assert_eq!(changed, ["src/platform/cache.rs"]);
    let remove = stays["remove"].as_str().expect("a command");
    let output = Command::new("sh").args(["-c", remove]).current_dir(over.path()).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let fresh = restwell(["new", "a", "--preset", "minimal", "--no-git"]).exits(0);
    let files = |path: &Path| -> Vec<_> {
        let kept = |name: &str| name.contains(".before-restwell");
        let files = listing(path).into_iter().filter(|(_, bytes)| bytes.is_some()).map(|(path, _)| path);
        files.filter(|path| !kept(&path.to_string_lossy())).collect()
    };
    let mut expected = files(&fresh.path().join("a"));
    expected.push("src/platform/cache.rs".into());
    expected.sort();
    assert_eq!(files(&over.path().join("a")), expected);
}

#[test]
fn leftover_files_of_another_version_are_listed_without_untouched() {
    let ran = restwell(["new", "a", "--yes", "--no-git"]).exits(0);
    let receipt = ran.text("a/restwell.toml").replace(concat!("\"", env!("CARGO_PKG_VERSION"), "\""), "\"0.0.1\"");
    fs::write(ran.path().join("a/restwell.toml"), receipt).expect("written");
    let over = ran.then(["new", "a", "--preset", "minimal", "--no-git", "--force"]).exits(0);
    over.says("files of the project that restwell 0.0.1 wrote here")
        .says("  keeps src/platform/cache.rs\n")
        .never_says("rm ");
}

#[test]
fn a_file_that_appears_while_the_wizard_is_open_is_never_replaced() {
    let place = tempfile::tempdir().expect("a directory");
    let target = place.path().join("a");
    fs::create_dir(&target).expect("made");
    let review =
        on_terminal(["new", target.to_str().expect("text")]).sees("Which preset do you start from?").presses(ENTER);
    let review = review.sees("Press w to write the project");
    fs::write(target.join("Cargo.toml"), "mine").expect("written");
    let ended = review.presses("w").exits(5);
    assert!(
        ended.raw().contains("error[RW0501]") && ended.raw().contains("it contains `Cargo.toml`"),
        "{}",
        ended.raw()
    );
    assert_eq!(visible(&target), [Path::new("Cargo.toml")]);
    assert_eq!(fs::read_to_string(target.join("Cargo.toml")).expect("there"), "mine");
}
