//! Output: data on stdout, messages on stderr, colour only if wanted.

use super::session::{restwell, shell};

#[test]
fn a_pipe_has_no_colour() {
    for words in [
        ["new", "a", "--yes", "--dry-run"],
        ["new", "a", "--yes", "--cahce"],
        ["list", "-v", "--plain", "--non-interactive"],
    ] {
        let ran = restwell(words);
        let mut ran = ran.env("TERM", "xterm-256color");
        let output = ran.command().output().expect("it starts");
        let text = [output.stdout, output.stderr].concat();
        assert!(!text.is_empty() && !text.contains(&0x1b), "{words:?}");
    }
}

#[test]
fn colour_can_be_forced_and_forbidden() {
    let words = ["new", "a", "--yes", "--cache", "x"];
    restwell(words).env("CLICOLOR_FORCE", "1").exits(2).says("\u{1b}[");
    restwell(words).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").exits(2).never_says("\u{1b}[");
    restwell(["new", "a", "--cache", "x", "--color", "never"])
        .env("CLICOLOR_FORCE", "1")
        .exits(2)
        .never_says("\u{1b}[");
    restwell(["new", "a", "--yes", "--dry-run", "--color", "always", "--cache", "none", "-v"]).exits(0).says("\u{1b}[");
}

#[test]
fn the_words_are_the_same_with_and_without_colour() {
    let plain = restwell(["new", "a", "--yes", "--dry-run", "-v", "--database", "none"]).exits(0);
    let colored =
        restwell(["new", "a", "--yes", "--dry-run", "-v", "--database", "none", "--color", "always"]).exits(0);
    let mut stripped = String::new();
    let mut rest = colored.stderr();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        stripped.push_str(before);
        rest = after.split_once('m').expect("a colour ends in m").1;
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain.stderr());
}

#[test]
fn data_that_cannot_be_written_is_an_error() {
    shell("restwell list > /dev/full").exits(1).says("error[RW0602]: could not write to standard output");
    shell("restwell list --format json > /dev/full").exits(1).says("error[RW0602]");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let ran = shell("{ restwell variants --all --format json; echo $? > code; } | true").exits(0).says_only("");
    assert_eq!(ran.text("code"), "0\n");
}

#[test]
fn with_stdin_closed_no_prompt_is_drawn() {
    shell("restwell new a <&-")
        .exits(4)
        .says("error[RW0401]")
        .never_says("Which preset do you start from?")
        .writes_nothing();
    shell("restwell new a </dev/null").exits(4).prints_nothing().writes_nothing();
}

#[test]
fn every_command_prints_one_object() {
    for words in [
        ["list", "--format", "json"],
        ["schema", "--format", "json"],
        ["variants", "--format", "json"],
        ["man", "--format", "json"],
    ] {
        let command = words[0];
        assert_eq!(restwell(words).exits(0).json()["command"], command);
    }
    let ran = restwell(["new", "a", "--yes", "--no-git", "--format", "json"]).exits(0);
    assert!(ran.stdout().starts_with(r#"{"ok":true,"command":"new","data":{"#), "{}", ran.stdout());
    let ran = restwell(["new", "a", "--format", "json"]).exits(4).writes_nothing();
    assert!(ran.stdout().starts_with(r#"{"ok":false,"command":"new","error":{"code":"RW0401","exit":4,"message":"#));
    ran.json();
}

#[test]
fn an_invalid_value_causes_no_stack_trace() {
    let ran = restwell(["new", "\u{1f4a5}", "--yes", "--show", "\u{1f4a5}"]).env("RUST_BACKTRACE", "full").exits(2);
    ran.never_says("panicked").never_says("backtrace").never_says("src/");
}
