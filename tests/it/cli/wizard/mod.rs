//! The wizard, on a real terminal.

mod ends;
mod plain;
mod readme;
mod screens;

use super::session::restwell;
use super::terminal::{DOWN, ENTER, ESCAPE, Terminal, on_terminal, on_terminal_with, terminal};

/// From the list of presets to the first question.
fn one_by_one(terminal: Terminal) -> Terminal {
    terminal
        .sees("Which preset do you start from?")
        .presses(DOWN)
        .presses(DOWN)
        .presses(DOWN)
        .sees("❯ one by one")
        .presses(ENTER)
        .sees("Where are products stored?")
}

#[test]
fn accepting_everything_writes_the_standard_project() {
    let ended = on_terminal(["new", "shop-api", "--no-git"])
        .sees("Which preset do you start from?")
        .presses(ENTER)
        .sees("restwell new shop-api --database sqlite")
        .presses("w")
        .sees("created `shop-api`")
        .sees("Run `cargo run` there now? [y/N]")
        .presses(ENTER)
        .exits(0);
    let plain = restwell(["new", "shop-api", "--yes", "--no-git"]).exits(0);
    assert_eq!(ended.listing(), plain.listing());
}

#[test]
fn a_preset_is_one_key_away() {
    let ended = on_terminal(["new", "a", "--no-git"])
        .sees("Which preset do you start from?")
        .presses(DOWN)
        .sees("❯ minimal")
        .presses(ENTER)
        .sees("database    none")
        .presses("w")
        .sees("[y/N]")
        .presses("n\r")
        .exits(0);
    let plain = restwell(["new", "a", "--preset", "minimal", "--no-git"]).exits(0);
    assert_eq!(ended.listing(), plain.listing());
}

#[test]
fn presets_are_described_after_replacements() {
    on_terminal(["new", "a", "--database", "none"])
        .sees("Which preset do you start from?")
        .sees("with database none, cache none")
        .looks(|screen| assert!(!screen.to_lowercase().contains("sqlite"), "{screen}"))
        .presses("?")
        .sees("space page")
        .looks(|screen| assert!(!screen.to_lowercase().contains("sqlite"), "{screen}"));
}

#[test]
fn what_follows_from_an_answer_is_not_asked_and_the_reason_is_shown_once() {
    one_by_one(on_terminal(["new", "a"]))
        .sees("1/8")
        .presses(DOWN)
        .presses(DOWN)
        .sees("❯ none")
        .presses(ENTER)
        .sees("Where are requests counted for rate limiting?")
        .sees("2/6")
        .sees("cache none: without a database")
        .looks(|screen| assert_eq!(screen.matches("without a database").count(), 1, "{screen}"));
}

#[test]
fn a_value_that_a_flag_forbids_is_not_offered_and_the_reason_is_shown() {
    one_by_one(on_terminal(["new", "a", "--cache", "memory"]))
        .sees("not available: none (without a database")
        .sees("1/7")
        .sees_no("❯ none");
}

#[test]
fn going_back_takes_an_answer_off_the_screen() {
    let ended = one_by_one(on_terminal(["new", "a", "--no-git"]))
        .presses(DOWN)
        .sees("❯ postgres")
        .presses(ENTER)
        .sees("Where are reads cached?")
        .sees("database postgres")
        .presses(ESCAPE)
        .sees("Where are products stored?")
        .sees("❯ postgres")
        .sees_no("database postgres")
        .sees_no("Where are reads cached?")
        .presses("b")
        .sees("❯ one by one")
        .presses("\u{1b}[H")
        .sees("❯ standard")
        .presses(ENTER)
        .sees("Press w to write the project")
        .presses("b")
        .sees("❯ standard")
        .presses(ENTER)
        .sees("Press w to write the project")
        .presses("w")
        .sees("[y/N]")
        .presses(ENTER)
        .exits(0);
    let plain = restwell(["new", "a", "--yes", "--no-git"]).exits(0);
    assert_eq!(ended.listing(), plain.listing());
}

#[test]
fn any_answer_is_changed_from_the_review() {
    let ended = on_terminal(["new", "a", "--no-git"])
        .sees("Which preset do you start from?")
        .presses(ENTER)
        .sees("Press w to write the project")
        .presses("e")
        .sees("Which answer do you want to change?")
        .presses(DOWN)
        .sees("❯ cache")
        .presses(ENTER)
        .sees("shared by all replicas")
        .presses(DOWN)
        .sees("❯ redis")
        .presses(ENTER)
        .sees("cache       redis       prompt")
        .presses("w")
        .sees("[y/N]")
        .presses(ENTER)
        .exits(0);
    let plain = restwell(["new", "a", "--yes", "--cache", "redis", "--no-git"]).exits(0);
    let answers = |listing: &super::session::Listing| listing.keys().cloned().collect::<Vec<_>>();
    assert_eq!(answers(&ended.listing()), answers(&plain.listing()));
}

#[test]
fn the_review_shows_the_files() {
    on_terminal(["new", "a"])
        .sees("Which preset do you start from?")
        .presses(ENTER)
        .sees("Press w to write the project")
        .presses("f")
        .sees("Cargo.toml")
        .presses("w")
        .looks(|_| std::thread::sleep(std::time::Duration::from_millis(200)))
        .presses(ESCAPE)
        .sees("Press w to write the project");
}

#[test]
fn the_name_is_asked_first() {
    let ended = terminal(["new", "--no-git"])
        .starts()
        .sees("What is the project called?")
        .presses(ENTER)
        .sees("invalid project name ``")
        .presses("my shop")
        .sees("❯ my shop")
        .presses(ENTER)
        .sees("`my-shop` is available")
        .presses("\u{15}")
        .sees("❯ █")
        .presses("shop")
        .sees("it is written to `shop`")
        .presses(ENTER)
        .sees("shop · start")
        .presses("b")
        .sees("❯ shop")
        .presses(ENTER)
        .sees("shop · start")
        .presses(DOWN)
        .sees("❯ minimal")
        .presses(ENTER)
        .sees("Press w to write the project")
        .presses("w")
        .sees("[y/N]")
        .presses(ENTER)
        .exits(0);
    assert!(ended.path().join("shop/Cargo.toml").is_file());
}

#[test]
fn an_empty_directory_s_name_is_offered() {
    let ended = terminal(["new", "--preset", "minimal", "--no-git"])
        .inside("shop-api")
        .starts()
        .sees("enter confirms `shop-api`; it is written into this empty directory")
        .presses(ENTER)
        .sees("Press w to write the project")
        .presses("w")
        .sees("[y/N]")
        .presses(ENTER)
        .exits(0);
    assert!(ended.path().join("shop-api/Cargo.toml").is_file());
}

#[test]
fn the_first_command_is_run_when_agreed() {
    let ended = terminal(["new", "a", "--no-git"])
        .program("cargo", "#!/bin/sh\necho \"cargo $* in $(basename \"$PWD\")\"\nexit 7\n")
        .starts()
        .sees("Which preset do you start from?")
        .presses(DOWN)
        .sees("❯ minimal")
        .presses(ENTER)
        .sees("Press w to write the project")
        .presses("w")
        .sees("Run `cargo run` there now? [y/N]")
        .presses("y\r")
        .exits(7);
    assert!(ended.screen().contains("cargo run in a"), "{}", ended.screen());
}

#[test]
fn a_missing_first_command_is_reported_and_the_project_stays() {
    let ended = terminal(["new", "a", "--no-git"])
        .env("LOOK_IN", "/nowhere")
        .starts()
        .sees("Which preset do you start from?")
        .presses(ENTER)
        .sees("Press w to write the project")
        .presses("w")
        .sees("Run `cargo run` there now? [y/N]")
        .presses("y\r")
        .exits(0);
    assert!(ended.screen().contains("there is no `cargo` on the path"), "{}", ended.screen());
    assert!(ended.path().join("a/Cargo.toml").is_file());
}

#[test]
fn a_dry_run_says_that_nothing_is_written() {
    let ended = on_terminal(["new", "a", "--dry-run"])
        .sees("Which preset do you start from?")
        .presses(ENTER)
        .sees("nothing is written")
        .sees_no("to write it")
        .presses("w")
        .sees("dry run: nothing was written")
        .exits(0);
    assert!(ended.listing().is_empty());
}

#[test]
fn given_answers_are_not_prompted_for() {
    let given = ["LIMITER", "UPSTREAM", "MONITORING", "CI"].map(|choice| format!("RESTWELL_{choice}"));
    let given: Vec<(&str, &str)> = given.iter().map(|variable| (variable.as_str(), "none")).collect();
    let terminal = on_terminal_with(["new", "a", "--database", "none"], &given);
    terminal
        .sees("Which preset do you start from?")
        .presses(DOWN)
        .presses(DOWN)
        .presses(DOWN)
        .sees("❯ one by one")
        .presses(ENTER)
        .sees("Where does it run?")
        .sees("1/1")
        .presses(ENTER)
        .sees("database    none        flag")
        .sees("deploy      compose     prompt");
}

#[test]
fn with_every_answer_given_there_is_no_prompt() {
    let ended = on_terminal(["new", "a", "--preset", "minimal", "--no-git"]).sees("created `a`").exits(0);
    assert!(!ended.screen().contains('?'));
    let ended = on_terminal(["new", "a", "--yes", "--no-git"]).sees("created `a`").exits(0);
    assert!(!ended.screen().contains('?'));
}

#[test]
fn a_non_interactive_terminal_is_not_prompted() {
    on_terminal(["new", "a", "--non-interactive"]).sees("error[RW0401]").exits(4);
    on_terminal_with(["new", "a"], &[("RESTWELL_NON_INTERACTIVE", "1")]).sees("error[RW0401]").exits(4);
    on_terminal(["new", "a", "--format", "json"]).sees("\"code\":\"RW0401\"").exits(4);
}
