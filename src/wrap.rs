//! Breaks text into lines.

/// The width without a terminal.
pub const WIDTH: usize = 100;

/// `text` in lines of at most `width` columns, those after the first indented by `hanging`. A longer word gets its own
/// line.
pub fn wrap(text: &str, width: usize, hanging: usize) -> Vec<String> {
    let indent = " ".repeat(hanging);
    let lead: String = text.chars().take_while(|letter| *letter == ' ').collect();
    let mut lines = Vec::new();
    let mut line = lead;
    let mut is_fresh = true;
    // Runs of spaces inside the text align columns; they are kept unless the line is broken there.
    for piece in text.trim_start().split_inclusive(' ') {
        let word = piece.trim_end();
        if !is_fresh && line.chars().count() + word.chars().count() > width {
            lines.push(line.trim_end().to_owned());
            line = indent.clone();
        }
        line.push_str(piece);
        is_fresh = false;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_lose_no_word() {
        let text = "  sqlite      one file on one disk: nothing to install, one replica";
        let lines = wrap(text, 30, 14);
        assert!(lines.iter().all(|line| line.chars().count() <= 30), "{lines:?}");
        assert!(lines[0].starts_with("  sqlite      one file"));
        assert!(lines[1..].iter().all(|line| line.starts_with("              ")), "{lines:?}");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&lines.join(" ")), words(text));
        assert_eq!(wrap("short", 30, 2), ["short"]);
        assert_eq!(wrap("incomprehensibilities", 5, 0), ["incomprehensibilities"]);
    }
}
