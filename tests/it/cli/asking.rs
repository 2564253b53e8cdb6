//! `set --conflict ask`: each place is decided on the terminal.

use std::fs;
use std::path::Path;
use std::process::Command;

use rexpect::process::Signal;

use super::project::inside;
use super::session::{PROGRAM, restwell};
use super::terminal::{CONTROL_C, ENTER, Start, Terminal, terminal};
use super::waiting::{is_running, wait_for};

/// A project with an edit that another database changes, and another one beside it.
fn project(start: &Start) {
    let place = start.directory.path();
    let new = ["new", "shop-api", "--preset", "standard", "--no-git", "--quiet"];
    let status = Command::new(PROGRAM).args(new).current_dir(place).env_clear().status().expect("it starts");
    assert!(status.success());
    let readme = place.join("shop-api/README.md");
    let text = fs::read_to_string(&readme).expect("there");
    let edited = text.replace("It stores products in SQLite.", "It stores tea in SQLite.");
    assert_ne!(edited, text);
    fs::write(&readme, edited).expect("written");
}

fn set(editor: &str) -> Terminal {
    asks(start(editor))
}

fn start(editor: &str) -> Start {
    let words = ["set", "database=postgres", "--no-check", "--conflict", "ask"];
    let start = terminal(words).env("EDITOR", editor).inside("shop-api");
    fs::remove_dir(start.directory.path().join("shop-api")).expect("empty");
    project(&start);
    start
}

fn asks(start: Start) -> Terminal {
    start.starts().sees("1 of 1  `README.md:4`: you and restwell both changed this").sees("keep yours, take")
}

fn readme(place: &Path) -> String {
    fs::read_to_string(place.join("shop-api/README.md")).expect("there")
}

#[test]
fn each_answer_decides_the_place() {
    let (tea, products) = ("It stores tea in SQLite.\n", "It stores products in PostgreSQL.\n");
    let both = format!("{products}{tea}");
    for (answer, has, has_not) in [("k\r", tea, products), ("take\r", products, tea), ("both\r", &both, "<<<<")] {
        let ended = set("false").presses(answer).sees("restwell undo").exits(0);
        let text = readme(ended.path());
        assert!(text.contains(has) && !text.contains(has_not), "{answer}: {text}");
    }
}

#[test]
fn to_stop_writes_nothing() {
    let terminal = set("false").presses("x\r").sees("`x` is not one of keep, take");
    let terminal = terminal.presses("edit\r").sees("`false` failed, or left markers").presses("s\r");
    let ended = terminal.sees("error[RW0803]").exits(7);
    assert!(readme(ended.path()).contains("It stores tea in SQLite.\n"));
    assert!(!ended.listing().keys().any(|path| path.starts_with("shop-api/.restwell/undo/check")));
    let ended = set("false").presses("\u{3}").exits(130);
    assert!(!ended.path().join("shop-api/.restwell/undo").exists());
}

#[test]
fn an_editor_decides_the_place() {
    let ended = set("sed -i -e /^<<<<<<</,/^=======$/d -e /^>>>>>>>/d -e s/products/cups/").presses("e\r");
    let ended = ended.sees("restwell undo").exits(0);
    assert!(readme(ended.path()).contains("It stores cups in PostgreSQL.\n"), "{}", readme(ended.path()));
}

/// An editor that has changed the terminal and never ends; whether it does on the signals that ask for it is `how`.
fn stuck_editor(how: &str) -> (Terminal, String) {
    let start = start("stuck");
    let started = start.directory.path().join("started");
    let script = format!(
        "#!/bin/sh\n{how}\nstty -echo -icanon\necho $$ > {0}.new && mv {0}.new {0}\nexec sleep 60\n",
        started.display()
    );
    let terminal = asks(start.program("stuck", &script)).presses(&format!("edit{ENTER}"));
    let editor = wait_for(|| fs::read_to_string(&started).ok()).expect("the editor is called");
    (terminal, editor.trim().to_owned())
}

#[test]
fn a_signal_while_the_editor_runs_ends_it_and_leaves_nothing() {
    let signals = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];
    let cases = signals.map(|signal| (signal, "")).into_iter().chain([(Signal::SIGTERM, "trap '' INT TERM HUP")]);
    for (signal, how) in cases {
        let (terminal, editor) = stuck_editor(how);
        let ended = terminal.gets(signal).sees("error[RW0801]: interrupted").exits(130);
        assert!(!ended.path().join("shop-api/.restwell/undo/check").exists(), "{signal}, {how}");
        assert!(!is_running(&editor), "{signal}, {how}: the editor runs on");
        assert!(readme(ended.path()).contains("It stores tea in SQLite.\n"));
    }
}

#[test]
fn control_c_while_the_editor_runs_leaves_nothing() {
    let (terminal, editor) = stuck_editor("trap '' INT");
    let ended = terminal.presses(CONTROL_C).sees("error[RW0801]: interrupted").exits(130);
    assert!(!ended.path().join("shop-api/.restwell/undo/check").exists());
    assert!(!is_running(&editor), "the editor runs on");
}

/// The terminal sends the signal to restwell alone, since cargo has a process group of its own.
#[test]
fn control_c_during_the_check_ends_cargo_and_its_programs() {
    let start = terminal(["set", "cache=redis"]).inside("shop-api");
    fs::remove_dir(start.directory.path().join("shop-api")).expect("empty");
    project(&start);
    let started = start.directory.path().join("started");
    let script = format!("#!/bin/sh\nsleep 60 &\necho $$ $! > {0}.new && mv {0}.new {0}\nwait\n", started.display());
    let terminal = start.program("cargo", &script).starts().sees("checking");
    let programs = wait_for(|| fs::read_to_string(&started).ok()).expect("cargo is called");
    let ended = terminal.presses(CONTROL_C).sees("error[RW0801]: interrupted").exits(130);
    assert!(!ended.path().join("shop-api/.restwell/undo/check").exists());
    assert!(programs.split_whitespace().all(|id| !is_running(id)), "one of {programs} runs on");
}

#[test]
fn without_a_terminal_it_is_an_error() {
    let project = restwell(["new", "shop-api", "--preset", "minimal", "--no-git"]).exits(0);
    let run = inside(&project, ["set", "cache=none", "--conflict", "ask"]);
    run.exits(2).says("`--conflict ask` needs a terminal").writes_nothing();
    inside(&project, ["update", "--conflict", "ask"]).exits(2).says("  try: restwell update\n").writes_nothing();
}
