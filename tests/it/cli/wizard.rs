//! The conversation, on a real terminal.

use super::session::restwell;
use super::terminal::{CONTROL_C, DOWN, ENTER, ESCAPE, on_terminal, on_terminal_with};

#[test]
fn accepting_everything_writes_the_standard_project() {
    let ended = on_terminal(["new", "shop-api", "--no-git"])
        .sees("What do you start from?")
        .presses(ENTER)
        .sees("again: restwell new shop-api --database sqlite")
        .sees("Write this project?")
        .presses(ENTER)
        .sees("created `shop-api`")
        .exits(0);
    let plain = restwell(["new", "shop-api", "--yes", "--no-git"]).exits(0);
    assert_eq!(ended.listing(), plain.listing());
}

#[test]
fn a_preset_is_one_key_away() {
    let ended = on_terminal(["new", "a", "--no-git"])
        .sees("What do you start from?")
        .presses(DOWN)
        .presses(ENTER)
        .sees("database    none")
        .sees("Write this project?")
        .presses(ENTER)
        .exits(0);
    let plain = restwell(["new", "a", "--preset", "minimal", "--no-git"]).exits(0);
    assert_eq!(ended.listing(), plain.listing());
}

#[test]
fn a_value_that_a_rule_forbids_is_not_offered_and_the_reason_is_shown() {
    on_terminal(["new", "a"])
        .sees("What do you start from?")
        .presses(DOWN)
        .presses(DOWN)
        .presses(DOWN)
        .presses(ENTER)
        .sees("Where are products stored?")
        .presses(DOWN)
        .presses(DOWN)
        .presses(ENTER)
        .sees("cache=memory is not offered: without a database")
        .sees("cache       none")
        .sees("What counts each client's requests?")
        .presses(CONTROL_C)
        .exits(130);
}

#[test]
fn one_can_go_back_and_answer_otherwise() {
    let ended = on_terminal(["new", "a", "--no-git"])
        .sees("What do you start from?")
        .presses(DOWN)
        .presses(DOWN)
        .presses(DOWN)
        .presses(ENTER)
        .sees("Where are products stored?")
        .presses(DOWN)
        .presses(DOWN)
        .presses(ENTER)
        .sees("What counts each client's requests?")
        .presses(ESCAPE)
        // Past the cache, which had but one answer.
        .sees("Where are products stored?")
        .presses(ENTER)
        .sees("What answers repeated reads?")
        .presses(ENTER)
        .sees("What counts each client's requests?")
        .presses(ENTER)
        .sees("How do clients prove who they are?")
        .presses(ENTER)
        .sees("Does it call another service?")
        .presses(ENTER)
        .sees("Who watches the service?")
        .presses(ENTER)
        .sees("Where does it run?")
        .presses(ENTER)
        .sees("What checks every change?")
        .presses(ENTER)
        .sees("Write this project?")
        .presses(ESCAPE)
        .sees("What checks every change?")
        .presses(DOWN)
        .presses(ENTER)
        .sees("Write this project?")
        .presses(ENTER)
        .sees("created `a`")
        .exits(0);
    let plain = restwell(["new", "a", "--yes", "--ci", "none", "--no-git"]).exits(0);
    assert_eq!(ended.listing(), plain.listing());
}

#[test]
fn the_first_question_can_be_come_back_to() {
    on_terminal(["new", "a"])
        .sees("What do you start from?")
        .presses(ENTER)
        .sees("Write this project?")
        .presses(ESCAPE)
        .sees("What do you start from?")
        .presses(CONTROL_C)
        .exits(130);
}

#[test]
fn control_c_restores_the_terminal_and_writes_nothing() {
    let ended = on_terminal(["new", "a"]).sees("What do you start from?").presses(CONTROL_C).exits(130);
    assert!(ended.rest().contains("\u{1b}[?25h"), "the cursor is shown again: {:?}", ended.rest());
    assert_eq!(ended.rest().matches("error[RW0801]: interrupted").count(), 1, "{}", ended.rest());
    assert!(ended.listing().is_empty());
    let ended = on_terminal(["new", "a"])
        .sees("What do you start from?")
        .presses(ENTER)
        .sees("Write this project?")
        .presses(CONTROL_C)
        .exits(130);
    assert!(ended.listing().is_empty(), "{}", ended.path().display());
}

#[test]
fn cancel_in_the_review_writes_nothing() {
    let ended = on_terminal(["new", "a"])
        .sees("What do you start from?")
        .presses(ENTER)
        .sees("Write this project?")
        .presses(DOWN)
        .presses(ENTER)
        .exits(130);
    assert!(ended.listing().is_empty());
}

#[test]
fn what_was_given_is_not_asked() {
    let given = ["LIMITER", "UPSTREAM", "MONITORING", "CI"].map(|choice| format!("RESTWELL_{choice}"));
    let given: Vec<(&str, &str)> = given.iter().map(|variable| (variable.as_str(), "none")).collect();
    let ended = on_terminal_with(["new", "a", "--database", "none"], &given)
        .sees("What do you start from?")
        .presses(DOWN)
        .presses(DOWN)
        .presses(DOWN)
        .presses(ENTER)
        .sees("cache=memory is not offered")
        .sees("Where does it run?")
        .presses(ENTER)
        .sees("database    none        flag")
        .sees("deploy      compose     prompt")
        .sees("Write this project?")
        .presses(CONTROL_C)
        .exits(130);
    assert!(ended.listing().is_empty());
}

#[test]
fn with_every_answer_given_nothing_is_asked() {
    let ended = on_terminal(["new", "a", "--preset", "minimal", "--no-git"]).sees("created `a`").exits(0);
    assert!(!ended.rest().contains('?'));
    on_terminal(["new", "a", "--yes", "--no-git"]).sees("created `a`").exits(0);
}

#[test]
fn a_terminal_that_must_not_be_asked_on_is_not() {
    on_terminal(["new", "a", "--non-interactive"]).sees("error[RW0401]").exits(4);
    on_terminal_with(["new", "a"], &[("RESTWELL_NON_INTERACTIVE", "1")]).sees("error[RW0401]").exits(4);
    on_terminal(["new", "a", "--format", "json"]).sees("\"code\":\"RW0401\"").exits(4);
}

#[test]
fn plain_asks_line_by_line_and_never_moves_the_cursor() {
    for (words, variables) in [
        (["new", "a", "--no-git", "--plain"], [("TERM", "xterm")]),
        (["new", "a", "--no-git", "-v"], [("TERM", "dumb")]),
    ] {
        let ended = on_terminal_with(words, &variables)
            .sees("  2. minimal")
            .sees("A number [1]:")
            .presses("7\n")
            .sees("`7` is none of 1 to 4")
            .presses("4\n")
            .sees("Where are products stored?")
            .presses("b\n")
            .sees("What do you start from?")
            .presses("2\n")
            .sees("Write this project?")
            .presses("\n")
            .exits(0);
        assert!(!ended.rest().contains('\u{1b}'), "{:?}", ended.rest());
        assert!(!ended.listing().is_empty());
    }
}

#[test]
fn control_c_in_a_plain_conversation_is_130_too() {
    let ended = on_terminal(["new", "a", "--plain"]).sees("A number [1]:").presses(CONTROL_C).exits(130);
    assert!(ended.listing().is_empty());
}
