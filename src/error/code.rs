//! The stable error codes and their explanations, for `restwell explain`.
//!
//! The third and fourth characters are the family, which determines the exit code. The codes of rules, every `RW03..`
//! except the first, are defined with the rules.

mod before;
mod work;

use std::sync::LazyLock;

/// A stable error code.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// `RW0101`
    pub id: &'static str,
    /// What happened, in one clause.
    pub title: &'static str,
    /// The reason and what to do, in whole sentences.
    pub meaning: &'static str,
}

/// The exit code of every family.
const FAMILIES: &[(&str, u8)] = &[
    ("RW01", 2),
    ("RW02", 2),
    ("RW03", 3),
    ("RW04", 4),
    ("RW05", 5),
    ("RW06", 1),
    ("RW07", 70),
    ("RW0803", 7),
    ("RW0804", 7),
    ("RW0805", 7),
    ("RW0806", 7),
    ("RW0807", 7),
    ("RW08", 130),
    ("RW09", 6),
];

/// The exit code that goes with an error code.
pub fn exit(code: &str) -> u8 {
    FAMILIES.iter().find(|(family, _)| code.starts_with(family)).map_or(70, |&(_, exit)| exit)
}

impl Code {
    /// The code that a user spells `word`.
    pub fn named(word: &str) -> Option<Self> {
        CODES.iter().copied().find(|code| code.id.eq_ignore_ascii_case(word))
    }
}

const fn code(id: &'static str, title: &'static str, meaning: &'static str) -> Code {
    Code { id, title, meaning }
}

/// Every code but those of the rules, in order.
pub static CODES: LazyLock<Vec<Code>> = LazyLock::new(|| [before::CODES, work::CODES].concat());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RULES;

    #[test]
    fn codes_are_sorted_distinct_and_of_a_family() {
        assert!(CODES.is_sorted_by(|one, next| one.id < next.id));
        for code in CODES.iter() {
            assert!(FAMILIES.iter().any(|(family, _)| code.id.starts_with(family)), "{}", code.id);
            assert!(RULES.iter().all(|rule| rule.code != code.id), "{} is a rule's", code.id);
        }
    }

    #[test]
    fn titles_are_clauses_and_meanings_are_sentences() {
        for Code { id, title, meaning } in CODES.iter() {
            assert!(!title.ends_with('.'), "{id}");
            assert!(meaning.ends_with('.'), "{id}");
        }
    }
}
