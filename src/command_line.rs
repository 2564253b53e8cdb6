//! A command line as data: parsed from the arguments or built from a stack, edited, and printed for a POSIX shell.
//!
//! The replay command and every suggested command are printed here, so each of them can be pasted.

use std::fmt;

/// A command line of restwell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// Variables to set for it, or to unset if there is no value.
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

    /// With this argument of the command, replacing all others.
    #[must_use]
    pub fn with_argument(mut self, argument: &str) -> Self {
        let mut is_command = true;
        self.words.retain(|word| matches!(word, Word::Flag(..)) || std::mem::take(&mut is_command));
        self.with_word(argument)
    }

    /// With another command and its arguments, and the same flags.
    #[must_use]
    pub fn with_command<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.words.retain(|word| matches!(word, Word::Flag(..)));
        self.words.splice(..0, words.into_iter().map(|word| Word::Plain(word.to_owned())));
        self
    }

    /// With a switch, unless it is present.
    #[must_use]
    pub fn with_flag(self, name: &str) -> Self {
        if self.has(name) { self } else { self.with_typed(name, None) }
    }

    /// With this value of a flag, replacing another value.
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

    /// With a flag as typed, valid or not.
    #[must_use]
    pub fn with_typed(mut self, name: &str, value: Option<String>) -> Self {
        self.words.push(Word::Flag(name.to_owned(), value));
        self
    }

    /// With only the last occurrence of a flag.
    #[must_use]
    pub fn with_last(mut self, name: &str) -> Self {
        let is_same = |word: &Word| matches!(word, Word::Flag(known, _) if known == name);
        let last = self.words.iter().rposition(is_same);
        let mut index = 0..;
        self.words.retain(|word| index.next() == last || !is_same(word));
        self
    }

    /// Without a flag.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.words.retain(|word| !matches!(word, Word::Flag(known, _) if known == name));
        self
    }

    /// Without the flag where it has this value.
    #[must_use]
    pub fn without_value(mut self, name: &str, value: &str) -> Self {
        self.words.retain(|word| !matches!(word, Word::Flag(known, Some(held)) if known == name && held == value));
        self
    }

    /// With another word in the place of an argument or of the value of a flag.
    #[must_use]
    pub fn with_other(mut self, old: &str, new: &str) -> Self {
        for word in &mut self.words {
            match word {
                Word::Plain(text) | Word::Flag(_, Some(text)) if text == old => new.clone_into(text),
                Word::Plain(_) | Word::Flag(..) => {}
            }
        }
        self
    }

    /// With other words in the place of some of its arguments, the command and its kind left out, and of some words in the
    /// values of a flag; `None` if there are none.
    #[must_use]
    pub fn with_words(mut self, kind: usize, flag: &str, other: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let (mut is_other, mut plain) = (false, 0);
        let mut mend = |text: &str| other(text).inspect(|_| is_other = true).unwrap_or_else(|| text.to_owned());
        for word in &mut self.words {
            match word {
                Word::Plain(text) => {
                    plain += 1;
                    if plain > kind {
                        *text = mend(text);
                    }
                }
                Word::Flag(name, Some(value)) if name == flag => {
                    *value = value.split_whitespace().map(&mut mend).collect::<Vec<_>>().join(" ");
                }
                Word::Flag(..) => {}
            }
        }
        is_other.then_some(self)
    }

    /// Without the arguments, and the flags with a value, that start like this.
    #[must_use]
    pub fn without_values(mut self, start: &str) -> Self {
        self.words.retain(|word| match word {
            Word::Plain(text) | Word::Flag(_, Some(text)) => !text.starts_with(start),
            Word::Flag(_, None) => true,
        });
        self
    }

    /// With a variable set for this command only, or unset.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: Option<&str>) -> Self {
        self.variables.push((name.to_owned(), value.map(str::to_owned)));
        self
    }

    /// Whether it has the flag.
    pub fn has(&self, name: &str) -> bool {
        self.words.iter().any(|word| matches!(word, Word::Flag(known, _) if known == name))
    }

    /// The first word that is not a flag.
    pub fn command(&self) -> Option<&str> {
        self.plain().next()
    }

    /// The words that are not flags.
    pub fn plain(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| match word {
            Word::Plain(word) => Some(word.as_str()),
            Word::Flag(..) => None,
        })
    }

    /// The arguments of the program, unquoted.
    pub fn arguments(&self) -> Vec<String> {
        let mut words = Vec::new();
        // An argument that starts with a dash follows `--`, and so does every argument after it.
        let mut behind = Vec::new();
        for word in &self.words {
            match word {
                Word::Plain(word) if word.starts_with('-') || !behind.is_empty() => behind.push(word.clone()),
                Word::Plain(word) => words.push(word.clone()),
                Word::Flag(name, None) => words.push(name.clone()),
                Word::Flag(name, Some(value)) if value.starts_with('-') || value.is_empty() => {
                    words.push(format!("{name}={value}"));
                }
                Word::Flag(name, Some(value)) => words.extend([name.clone(), value.clone()]),
            }
        }
        if !behind.is_empty() {
            words.push("--".to_owned());
            words.append(&mut behind);
        }
        words
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
        let words = [self.environment(), vec!["restwell".to_owned()]].concat();
        let arguments = self.arguments().into_iter().map(|word| quote(&word));
        f.write_str(&words.into_iter().chain(arguments).collect::<Vec<_>>().join(" "))
    }
}

/// `path` as an argument that no program treats as a flag.
pub fn path_word(path: &str) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path.to_owned() }
}

/// `word` quoted for a POSIX shell, if necessary.
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
    fn only_special_characters_are_quoted() {
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
        let line = line.with_typed("--cache", Some("redis".into())).with_last("--cache").with_argument("../a b");
        assert_eq!(line.to_string(), "restwell new --yes --name=-y --cache redis '../a b'");
        let line =
            CommandLine::new(["list"]).with_variable("RESTWELL_A", None).with_variable("RESTWELL_B", Some("c d"));
        assert_eq!(line.to_string(), "env -u RESTWELL_A RESTWELL_B='c d' restwell list");
    }
}
