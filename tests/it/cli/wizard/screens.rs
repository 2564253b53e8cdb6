//! The screens at several sizes and after a resize.

use super::one_by_one;
use crate::cli::terminal::{DOWN, ENTER, Size, Terminal, on_terminal, terminal};

const SIZES: [Size; 3] = [(80, 24), (40, 20), (120, 40)];

fn sized(size: Size) -> Terminal {
    terminal(["new", "shop-api"]).sized(size).starts()
}

/// The text with `#` for every digit of a count, since counts change with the templates.
pub(super) fn without_counts(text: &str) -> String {
    let is_unit = |word: &str| ["files", "KiB", "direct"].iter().any(|unit| word.starts_with(unit));
    let lines = text.lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let masked = words.iter().enumerate().map(|(index, word)| match words.get(index + 1) {
            Some(next) if is_unit(next) => word.replace(|letter: char| letter.is_ascii_digit(), "#"),
            Some(_) | None => (*word).to_owned(),
        });
        masked.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_screens_at_each_size() {
    for size in SIZES {
        let snapshot = |page: &str, screen: &str| {
            insta::assert_snapshot!(format!("{page}-{}x{}", size.0, size.1), without_counts(screen));
        };
        let terminal = sized(size).sees("Which preset do you start from?").looks(|screen| snapshot("start", screen));
        let terminal = one_by_one(terminal).presses(DOWN).sees("❯ postgres").presses(ENTER);
        let terminal = terminal.sees("Where are reads cached?").presses(DOWN).sees("❯ redis");
        let terminal = terminal.looks(|screen| snapshot("question", screen)).presses("?").sees("A repeated read takes");
        terminal.looks(|screen| snapshot("more", screen));
    }
}

#[test]
fn nothing_is_cut_at_eighty_columns() {
    let mut terminal = one_by_one(sized((80, 24)));
    for number in 1..=8 {
        terminal = terminal.sees(&format!("{number}/8")).sees("❯").looks(|screen| {
            assert!(!screen.contains('…'), "{screen}");
            assert!(screen.contains("pick it"), "{screen}");
        });
        terminal = terminal.presses(ENTER);
    }
    terminal.sees("Press w to write the project").looks(|screen| {
        assert!(screen.contains("w write · e change · f files") && screen.contains("--expect-version"), "{screen}");
        assert!(!screen.contains("scroll"), "{screen}");
    });
}

#[test]
fn a_resize_draws_the_screen_anew() {
    let mut terminal = one_by_one(sized((80, 24)));
    for size in [(40, 20), (120, 40), (20, 6), (3, 2), (1, 1), (80, 24)] {
        terminal = terminal.resizes(size);
        if size.0 > 30 {
            terminal = terminal.sees("Where are products stored?").sees("❯ sqlite");
        }
        // At any size, a screen has the question at most once.
        terminal = terminal.looks(|screen| assert!(screen.matches("Where are").count() <= 1, "{screen}"));
    }
    let before = one_by_one(sized((80, 24))).sees("pick it").screen();
    terminal.sees("pick it  until").looks(|screen| assert_eq!(screen, before));
}

#[test]
fn every_page_works_on_a_screen_that_is_too_small() {
    for size in [(40, 5), (20, 4), (10, 3), (2, 1)] {
        let resized = |terminal: Terminal| {
            let terminal = terminal.resizes(size);
            std::thread::sleep(std::time::Duration::from_millis(100));
            terminal.presses(DOWN).resizes((80, 24))
        };
        let terminal = resized(on_terminal(["new", "a"]).sees("Which preset do you start from?"))
            .sees("Which preset do you start from?");
        let terminal = resized(terminal.presses("?").sees("space page")).sees("space page").presses("b");
        let terminal = terminal.sees("❯ ").presses(ENTER).sees("a · review");
        let terminal = resized(terminal).sees("Press w to write the project").presses("f").sees("Cargo.toml");
        resized(terminal).sees("Cargo.toml");
    }
}
