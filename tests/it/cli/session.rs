//! A builder for one run of restwell: `restwell(["new", "shop-api"]).exits(4).says("missing").writes_nothing()`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use serde_json::Value as Json;
use tempfile::TempDir;

/// The program under test.
pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_restwell");

/// A run before its start.
pub(super) struct Session {
    directory: Rc<TempDir>,
    inside: PathBuf,
    command: Command,
    stdin: String,
}

/// A finished run.
pub(super) struct Ran {
    directory: Rc<TempDir>,
    inside: PathBuf,
    before: Listing,
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Every path below a directory, with the bytes of the files.
pub(super) type Listing = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// A run in a fresh, empty directory.
pub(super) fn restwell<const N: usize>(words: [&str; N]) -> Session {
    let mut command = Command::new(PROGRAM);
    command.args(words);
    Session::new(Rc::new(tempfile::tempdir().expect("a directory")), command)
}

/// A run of any command, with restwell on its path.
pub(super) fn shell(script: &str) -> Session {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    Session::new(Rc::new(tempfile::tempdir().expect("a directory")), command)
}

/// Makes a directory a git repository.
pub(super) fn make_repository(path: &Path) {
    let made = Command::new("git").args(["init", "--quiet"]).current_dir(path).status().expect("git");
    assert!(made.success());
}

/// The content of `directory`.
pub(super) fn listing(directory: &Path) -> Listing {
    let mut found = Listing::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("readable") {
            let path = entry.expect("an entry").path();
            let inside = path.strip_prefix(directory).expect("below").to_owned();
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
                found.insert(inside, None);
            } else {
                found.insert(inside, fs::read(&path).ok());
            }
        }
    }
    found
}

impl Session {
    fn new(directory: Rc<TempDir>, mut command: Command) -> Self {
        // The environment of the tests must not affect the result.
        command.env_clear();
        let programs = Path::new(PROGRAM).parent().expect("a directory");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([programs.to_owned()].into_iter().chain(std::env::split_paths(&path)));
        command.env("PATH", path.expect("a path")).env("HOME", directory.path());
        // There is no toolchain, and rustup does not write that down in the directory.
        command.env("RUSTUP_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/without-toolchain"));
        Self { inside: directory.path().to_owned(), directory, command, stdin: String::new() }
    }

    /// Sets a variable of the environment.
    pub(super) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Sets stdin.
    pub(super) fn stdin(mut self, text: &str) -> Self {
        text.clone_into(&mut self.stdin);
        self
    }

    /// Creates a file before the run.
    pub(super) fn file(self, path: &str, text: &str) -> Self {
        let path = self.inside.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
        self
    }

    /// Creates a directory before the run.
    pub(super) fn directory(self, path: &str) -> Self {
        fs::create_dir_all(self.inside.join(path)).expect("made");
        self
    }

    /// Prepares the directory before the run.
    pub(super) fn prepare(self, change: impl FnOnce(&Path)) -> Self {
        change(&self.inside);
        self
    }

    /// Runs in a subdirectory.
    pub(super) fn inside(mut self, path: &str) -> Self {
        self.inside = self.directory.path().join(path);
        fs::create_dir_all(&self.inside).expect("made");
        self
    }

    /// The process to be started, for other settings.
    pub(super) fn command(&mut self) -> &mut Command {
        self.command.current_dir(&self.inside)
    }

    /// The working directory.
    pub(super) fn path(&self) -> &Path {
        &self.inside
    }

    /// Runs, and checks the exit code.
    #[track_caller]
    pub(super) fn exits(mut self, code: i32) -> Ran {
        let before = listing(self.directory.path());
        self.command.current_dir(&self.inside);
        let output = assert_cmd::Command::from_std(self.command).write_stdin(self.stdin).output().expect("it starts");
        let ran = Ran {
            directory: self.directory,
            inside: self.inside,
            before,
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        };
        assert_eq!(ran.code, Some(code), "stdout:\n{}\nstderr:\n{}", ran.stdout, ran.stderr);
        ran
    }
}

impl Ran {
    /// Another run in the same directory.
    pub(super) fn then<const N: usize>(&self, words: [&str; N]) -> Session {
        let mut command = Command::new(PROGRAM);
        command.args(words);
        let mut session = Session::new(Rc::clone(&self.directory), command);
        self.inside.clone_into(&mut session.inside);
        session
    }

    /// Stderr has this text.
    #[track_caller]
    pub(super) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "`{text}` is not in:\n{}", self.stderr);
        self
    }

    /// Stderr does not have this text.
    #[track_caller]
    pub(super) fn never_says(self, text: &str) -> Self {
        assert!(!self.stderr.contains(text), "`{text}` is in:\n{}", self.stderr);
        self
    }

    /// Stderr is this text.
    #[track_caller]
    pub(super) fn says_only(self, text: &str) -> Self {
        assert_eq!(self.stderr, text);
        self
    }

    /// Stdout has this text.
    #[track_caller]
    pub(super) fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "`{text}` is not in:\n{}", self.stdout);
        self
    }

    /// Stdout is empty.
    #[track_caller]
    pub(super) fn prints_nothing(self) -> Self {
        assert_eq!(self.stdout, "");
        self
    }

    /// The directory is unchanged, including hidden files.
    #[track_caller]
    pub(super) fn writes_nothing(self) -> Self {
        let after = self.listing();
        let changed = |path: &&PathBuf| self.before.get(*path) != after.get(*path);
        let changed: Vec<_> = self.before.keys().chain(after.keys()).filter(changed).collect();
        assert!(changed.is_empty(), "changed: {changed:?}\n{}", self.stderr);
        self
    }

    /// The working directory.
    pub(super) fn path(&self) -> &Path {
        &self.inside
    }

    /// The content of the directory.
    pub(super) fn listing(&self) -> Listing {
        listing(self.directory.path())
    }

    /// The text of a file.
    #[track_caller]
    pub(super) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.inside.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The sorted names in a directory, including hidden ones.
    pub(super) fn names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.inside.join(path)).expect("a directory");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Stdout.
    pub(super) fn stdout(&self) -> &str {
        &self.stdout
    }

    /// Stderr.
    pub(super) fn stderr(&self) -> &str {
        &self.stderr
    }

    /// Stdout as one JSON object; stderr must be empty.
    #[track_caller]
    pub(super) fn json(&self) -> Json {
        assert_eq!(self.stderr, "", "JSON is all there is");
        let object: Json =
            serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout));
        let ok = object["ok"].as_bool().expect("`ok`");
        assert_eq!(ok, self.code == Some(0));
        assert_eq!(object.get(if ok { "data" } else { "error" }).map(Json::is_object), Some(true));
        if !ok {
            assert_eq!(object["error"]["exit"].as_i64(), self.code.map(i64::from));
        }
        object
    }
}
