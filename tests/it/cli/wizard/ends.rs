//! However the wizard ends, the terminal is restored, nothing is written, and the exit code is 130.
//!
//! `exits` compares the settings of the terminal with those before the start.

use rexpect::process::Signal;

use super::one_by_one;
use crate::cli::terminal::{CONTROL_C, DOWN, ENTER, Terminal, on_terminal, terminal};

/// Every page of the wizard, with the keys that lead to it.
fn stages() -> Vec<(&'static str, Terminal)> {
    let start = || on_terminal(["new", "a"]).sees("Which preset do you start from?");
    let review = || start().presses(ENTER).sees("Press w to write the project");
    vec![
        ("name", on_terminal(["new"]).sees("What is the project called?")),
        ("start", start()),
        ("more", start().presses("?").sees("space page")),
        ("question", one_by_one(on_terminal(["new", "a"]))),
        ("review", review()),
        ("files", review().presses("f").sees("Cargo.toml")),
        ("edit", review().presses("e").sees("Which answer do you want to change?")),
        ("plain", on_terminal(["new", "a", "--plain"]).sees("A number or a name")),
    ]
}

#[test]
fn a_signal_at_any_stage_restores_the_terminal_and_writes_nothing() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT] {
        for (stage, terminal) in stages() {
            let ended = terminal.gets(signal).exits(130);
            let times = ended.raw().matches("error[RW0801]: interrupted").count();
            assert_eq!(times, 1, "{stage}, {signal}: {:?}", ended.raw());
            assert!(ended.screen().contains("error[RW0801]: interrupted"), "{stage}, {signal}: {}", ended.screen());
            assert!(ended.listing().is_empty(), "{stage}, {signal}");
        }
    }
}

#[test]
fn ctrl_c_at_any_stage_restores_the_terminal_and_writes_nothing() {
    for (stage, terminal) in stages() {
        let ended = terminal.presses(CONTROL_C).exits(130);
        assert_eq!(ended.raw().matches("error[RW0801]: interrupted").count(), 1, "{stage}: {:?}", ended.raw());
        assert!(ended.listing().is_empty(), "{stage}");
    }
}

#[test]
fn a_signal_between_two_pages_restores_the_terminal() {
    // The signal arrives while the wizard handles a key: it draws, discards input, or renders the project.
    for keys in [ENTER, DOWN, "?", "\u{1b}[B\r"] {
        for _ in 0..5 {
            let terminal = on_terminal(["new", "a"]).sees("Which preset do you start from?").presses(keys);
            let ended = terminal.gets(Signal::SIGTERM).exits(130);
            assert!(ended.listing().is_empty());
        }
    }
}

#[test]
fn a_suspended_wizard_restores_the_terminal_and_resumes() {
    let ended = one_by_one(on_terminal(["new", "a"]))
        .presses("\u{1a}")
        .stops()
        .restored()
        .gets(Signal::SIGCONT)
        .sees("Where are products stored?")
        .presses(DOWN)
        .sees("❯ postgres")
        .gets(Signal::SIGTSTP)
        .stops()
        .restored()
        .gets(Signal::SIGCONT)
        .sees("❯ postgres")
        .presses(CONTROL_C)
        .exits(130);
    assert!(ended.listing().is_empty());
}

#[test]
fn a_key_that_answers_never_writes() {
    let terminal = on_terminal(["new", "a"]).sees("Which preset do you start from?").presses(ENTER);
    let mut terminal = terminal.sees("Press w to write the project");
    for key in [ENTER, " ", "y", ENTER, ENTER, "\n", "W"] {
        terminal = terminal.presses(key);
        std::thread::sleep(std::time::Duration::from_millis(80));
    }
    let ended = terminal.sees("Press w to write the project").presses(CONTROL_C).exits(130);
    assert!(ended.listing().is_empty());
}

#[test]
fn a_pasted_text_answers_at_most_one_question() {
    let pastes = [
        // Without and with bracketed paste.
        "\r\r\r\r\r\rw\r".to_owned(),
        "\u{1b}[200~\r\r\r\rw\r\u{1b}[201~".to_owned(),
        "w\rw\rw\r".to_owned(),
        format!("{}w", "\r".repeat(9000)),
    ];
    for paste in pastes {
        let ended = one_by_one(on_terminal(["new", "a"]))
            .presses(&paste)
            // Another key shows that the whole paste was handled.
            .looks(|_| std::thread::sleep(std::time::Duration::from_millis(800)))
            .presses("?")
            .sees("space page")
            .presses(CONTROL_C)
            .exits(130);
        assert!(!ended.raw().contains("3/8"), "{paste:?}: {}", ended.raw());
        assert!(!ended.raw().contains("Press w"), "{paste:?}");
        assert!(ended.listing().is_empty());
    }
}

#[test]
fn a_paste_into_the_name_is_a_name_and_answers_nothing_else() {
    terminal(["new"])
        .starts()
        .sees("What is the project called?")
        .presses("\u{1b}[200~shop-api\nw\nw\n\u{1b}[201~")
        .sees("it is written to `shop-api`")
        .presses(ENTER)
        .sees("shop-api · start");
}

#[test]
fn a_closed_terminal_ends_the_wizard() {
    // Ctrl-D is the end of input if the terminal reads whole lines.
    let ended = on_terminal(["new", "a", "--plain"]).sees("A number or a name").presses("\u{4}").exits(130);
    assert!(ended.listing().is_empty());
}

/// A written project, with the offer to run its first command.
fn offered() -> Terminal {
    on_terminal(["new", "a", "--no-git"])
        .sees("Which preset do you start from?")
        .presses(DOWN)
        .sees("❯ minimal")
        .presses(ENTER)
        .sees("Press w to write the project")
        .presses("w")
        .sees("[y/N]")
}

#[test]
fn a_signal_after_writing_ends_silently_and_keeps_the_project() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let ended = offered().gets(signal).exits(130);
        assert!(!ended.raw().contains("error["), "{signal}: {:?}", ended.raw());
        assert!(ended.path().join("a/Cargo.toml").is_file());
    }
}

#[test]
fn after_the_wizard_the_system_handles_suspension() {
    offered().gets(Signal::SIGTSTP).stops().gets(Signal::SIGCONT).presses(ENTER).exits(0);
}
