//! A command line as data: taken from what was typed or made from a stack, edited, and printed for a POSIX shell.
//!
//! The replay line and every command that an error offers are printed here, so each of them can be pasted.

use std::fmt;

/// A command line of restwell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// Variables that are set for it, or unset where there is no value.
    variables: Vec<(String, Option<String>)>,
    words: Vec<Word>,
}

/// A part of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// A command or an argument.
    Plain(String),
    /// A flag by its long name, with its value.
    Flag(String, Option<String>),
}

impl CommandLine {
    /// A command and its arguments, without flags.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let words = words.into_iter().map(|word| Word::Plain(word.to_owned())).collect();
        Self { variables: Vec::new(), words }
    }

    /// With one more argument at the end.
    #[must_use]
    pub fn with_word(mut self, word: impl Into<String>) -> Self {
        self.words.push(Word::Plain(word.into()));
        self
    }

    /// With a switch, which is not repeated.
    #[must_use]
    pub fn with_flag(self, name: &str) -> Self {
        if self.has(name) { self } else { self.with_typed(name, None) }
    }

    /// With a flag that has this value, in the place of another value.
    #[must_use]
    pub fn with_value(mut self, name: &str, value: &str) -> Self {
        let known = self.words.iter_mut().find_map(|word| match word {
            Word::Flag(known, held) if known == name => Some(held),
            Word::Flag(..) | Word::Plain(_) => None,
        });
        match known {
            Some(held) => *held = Some(value.to_owned()),
            None => return self.with_typed(name, Some(value.to_owned())),
        }
        self
    }

    /// With a flag as it was typed, wrong or not.
    #[must_use]
    pub fn with_typed(mut self, name: &str, value: Option<String>) -> Self {
        self.words.push(Word::Flag(name.to_owned(), value));
        self
    }

    /// Without a flag.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.words.retain(|word| !matches!(word, Word::Flag(known, _) if known == name));
        self
    }

    /// With a variable set for this command alone, or unset.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: Option<&str>) -> Self {
        self.variables.push((name.to_owned(), value.map(str::to_owned)));
        self
    }

    /// Whether the flag is there.
    pub fn has(&self, name: &str) -> bool {
        self.words.iter().any(|word| matches!(word, Word::Flag(known, _) if known == name))
    }

    /// The first word that is no flag.
    pub fn command(&self) -> Option<&str> {
        self.plain().next()
    }

    /// The words that are no flags.
    pub fn plain(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| match word {
            Word::Plain(word) => Some(word.as_str()),
            Word::Flag(..) => None,
        })
    }

    fn environment(&self) -> Vec<String> {
        let mut words = Vec::new();
        for (name, value) in &self.variables {
            match value {
                Some(value) => words.push(format!("{name}={}", quote(value))),
                None => words.extend(["-u".to_owned(), name.clone()]),
            }
        }
        if self.variables.iter().any(|(_, value)| value.is_none()) {
            words.insert(0, "env".to_owned());
        }
        words
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = self.environment();
        words.push("restwell".to_owned());
        // An argument that starts with a dash comes behind `--`, and so does every argument after it.
        let mut behind = Vec::new();
        for word in &self.words {
            match word {
                Word::Plain(word) if word.starts_with('-') || !behind.is_empty() => behind.push(quote(word)),
                Word::Plain(word) => words.push(quote(word)),
                Word::Flag(name, None) => words.push(quote(name)),
                Word::Flag(name, Some(value)) if value.starts_with('-') || value.is_empty() => {
                    words.push(format!("{}={}", quote(name), quote(value)));
                }
                Word::Flag(name, Some(value)) => words.extend([quote(name), quote(value)]),
            }
        }
        if !behind.is_empty() {
            words.push("--".to_owned());
            words.append(&mut behind);
        }
        f.write_str(&words.join(" "))
    }
}

/// `path` as an argument that no program takes for a flag.
pub fn path_word(path: &str) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path.to_owned() }
}

/// `word` as a POSIX shell reads it back, in single quotes where it has to be.
pub fn quote(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,+@%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_shell_would_touch_is_quoted() {
        assert_eq!(quote("shop-api"), "shop-api");
        assert_eq!(quote("my shop"), "'my shop'");
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote("$HOME"), "'$HOME'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("~"), "'~'");
    }

    #[test]
    fn an_edited_line_keeps_what_it_had() {
        let line = CommandLine::new(["new", "-x"]).with_flag("--yes").with_value("--cache", "none");
        let line = line.with_flag("--yes").with_value("--cache", "memory").with_value("--name", "-y");
        assert_eq!(line.to_string(), "restwell new --yes --cache memory --name=-y -- -x");
        let line =
            CommandLine::new(["list"]).with_variable("RESTWELL_A", None).with_variable("RESTWELL_B", Some("c d"));
        assert_eq!(line.to_string(), "env -u RESTWELL_A RESTWELL_B='c d' restwell list");
    }
}
