//! Two insertions at one place of a seam: both are kept if each is whole items of its kind and they share no line at
//! their outer indent.

use camino::Utf8Path;

/// Where both sides insert lines.
pub(super) struct Place<'a> {
    pub(super) path: &'a Utf8Path,
    /// The line above.
    pub(super) before: Option<&'a str>,
}

impl Place<'_> {
    /// The lines of both, Restwell's first, between those that they share at their ends; `None` if only a person can say
    /// how they belong together.
    pub(super) fn both<'b>(&self, yours: &[&'b str], new: &[&'b str]) -> Option<Vec<&'b str>> {
        if let Some(lines) = self.beside(yours, new) {
            return Some(lines);
        }
        let head = yours.iter().zip(new).take_while(|(one, other)| one == other).count();
        let (own, other) = (&yours[head..], &new[head..]);
        let tail = own.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
        let (own, end) = own.split_at(own.len() - tail);
        let other = &other[..other.len() - tail];
        if own.is_empty() || other.is_empty() || head + tail == 0 {
            return None;
        }
        let before = yours[..head].last().copied().or(self.before);
        let inner = Place { path: self.path, before };
        let middle = inner.beside(own, other)?;
        Some([&yours[..head], &middle, end].concat())
    }

    /// The lines of both, Restwell's first, if both are whole and say nothing twice.
    fn beside<'b>(&self, yours: &[&'b str], new: &[&'b str]) -> Option<Vec<&'b str>> {
        if !are_apart(yours, new) || !self.is_whole(yours) || !self.is_whole(new) {
            return None;
        }
        Some(new.iter().chain(yours).copied().collect())
    }

    /// Whether the lines are whole items, so that another one may stand before or after them.
    fn is_whole(&self, lines: &[&str]) -> bool {
        let mut filled = lines.iter().filter(|line| !is_blank(line));
        let (first, last) = (filled.clone().next(), filled.next_back());
        let (Some(first), Some(last)) = (first, last) else { return true };
        match self.path.extension() {
            Some("rs" | "js") => {
                let opens = |line: &str| is_blank(line) || ends_with(line, &[',', ';', '{', '}', '(', '[']);
                is_balanced(lines) && ends_with(last, &[',', ';', '}']) && self.before.is_none_or(opens)
            }
            Some("yml" | "yaml") => {
                is_balanced(lines) && lines.iter().all(|line| is_blank(line) || indent(line) >= indent(first))
            }
            Some("md") => lines.iter().all(|line| line.starts_with('|')) || lines.iter().any(|line| is_blank(line)),
            Some("json" | "toml" | "sql") => false,
            // Lists of lines: `.gitignore`, `.env.example`, `justfile`, `Dockerfile`.
            _ => true,
        }
    }
}

/// Whether the two say nothing twice at their outer indent.
fn are_apart(one: &[&str], other: &[&str]) -> bool {
    let outer =
        |lines: &[&str]| lines.iter().filter(|line| !is_blank(line)).map(|line| indent(line)).min().unwrap_or(0);
    let (one_outer, other_outer) = (outer(one), outer(other));
    // Attributes say something of the item below them.
    let is_word = |line: &str| {
        line.chars().filter(|letter| letter.is_alphanumeric()).count() > 3 && !line.trim_start().starts_with("#[")
    };
    let mut words = one.iter().filter(|line| is_word(line) && indent(line) == one_outer);
    !words.any(|line| other.iter().any(|twin| twin == line && indent(twin) == other_outer))
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn ends_with(line: &str, letters: &[char]) -> bool {
    line.trim_end().ends_with(letters)
}

fn is_balanced(lines: &[&str]) -> bool {
    let mut depth = 0_i32;
    for letter in lines.iter().flat_map(|line| line.chars()) {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}
