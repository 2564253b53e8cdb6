//! Line by line: with `--plain`, and on terminals without a cursor.

use crate::cli::terminal::{CONTROL_C, on_terminal, on_terminal_with};

#[test]
fn plain_asks_line_by_line_and_never_moves_the_cursor() {
    for (words, variables) in [
        (["new", "a", "--no-git", "--plain"], [("TERM", "xterm")]),
        (["new", "a", "--no-git", "-v"], [("TERM", "dumb")]),
    ] {
        let ended = on_terminal_with(words, &variables)
            .sees("2. minimal: one endpoint")
            .sees("A number or a name [standard]")
            .presses("7\n")
            .sees("`7` is not one of 1 to 4")
            .presses("one by one\n")
            .sees("a, 1/8")
            .sees("Where are products stored?")
            .presses("postgress\n")
            .sees("did you mean `postgres`?")
            .presses("postgres\n")
            .sees("so far: database postgres")
            .presses("b\n")
            .sees("A number or a name [postgres]")
            .presses("b\n")
            .sees("A number or a name [one by one], ? for more, q to quit:")
            .presses("2\n")
            .sees("database none (preset)")
            .sees("w writes the project")
            .presses("\n")
            .sees("`` is not one of w, e, f, b and q")
            .presses("w\n")
            .sees("[y/N]")
            .presses("\n")
            .exits(0);
        assert!(!ended.raw().contains('\u{1b}'), "{:?}", ended.raw());
        assert!(!ended.listing().is_empty());
    }
}

#[test]
fn everything_about_an_answer_can_be_read_line_by_line() {
    let ended = on_terminal(["new", "a", "--plain", "--database", "none"])
        .sees("A number or a name")
        .presses("4\n")
        .sees("Where are requests counted for rate limiting?")
        .presses("?\n")
        .sees("pick it when a proxy in front of the service already limits its clients")
        .presses("q\n")
        .exits(130);
    assert!(ended.listing().is_empty());
}

#[test]
fn an_unavailable_name_is_rejected_with_the_reason() {
    let ended = on_terminal(["new", "a", "--plain", "--cache", "memory"])
        .sees("A number or a name")
        .presses("4\n")
        .sees("Where are products stored?")
        .presses("none\n")
        .sees("`none` is not available: without a database")
        .presses("q\n")
        .exits(130);
    assert!(ended.raw().lines().all(|line| line.trim_end().chars().count() <= 80), "{}", ended.raw());
}

#[test]
fn a_pasted_text_answers_one_question() {
    let ended = on_terminal(["new", "a", "--plain"])
        .sees("A number or a name [standard]")
        .presses("4\n2\n2\nw\nw\n")
        .sees("Where are products stored?")
        .sees("1/8")
        .presses(CONTROL_C)
        .exits(130);
    assert!(!ended.raw().contains("Where are reads cached?"), "{}", ended.raw());
    assert!(ended.listing().is_empty());
}

#[test]
fn ctrl_c_in_plain_mode_is_130_too() {
    let ended = on_terminal(["new", "a", "--plain"]).sees("A number or a name").presses(CONTROL_C).exits(130);
    assert!(ended.listing().is_empty());
}
