//! The one command that makes the same project again, without a question and byte for byte.

use camino::Utf8Path;

use crate::stack::Stack;

/// Everything that decides the bytes of a project and where it lands.
#[derive(Clone, Copy, Debug)]
pub struct Replay<'a> {
    /// The path as typed.
    pub path: &'a Utf8Path,
    /// The name, where it is not the last part of the path.
    pub name: Option<&'a str>,
    /// The choices.
    pub stack: &'a Stack,
}

impl Replay<'_> {
    /// The command, its words quoted for a POSIX shell.
    pub fn line(&self) -> String {
        let Self { path, name, stack } = *self;
        // A path that starts with a dash would be read as a flag.
        let path = if path.as_str().starts_with('-') { format!("./{path}") } else { path.to_string() };
        let mut words = vec!["restwell".to_owned(), "new".to_owned(), quote(&path)];
        if let Some(name) = name {
            words.extend(["--name".to_owned(), quote(name)]);
        }
        for value in stack.values() {
            words.extend([format!("--{}", value.choice().id()), value.id().to_owned()]);
        }
        words.extend(["--yes".to_owned(), "--expect-version".to_owned(), crate::VERSION.to_owned()]);
        words.join(" ")
    }
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
}
