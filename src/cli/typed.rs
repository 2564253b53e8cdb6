//! Parses the arguments into a [`CommandLine`] that can be edited, even if they are invalid.

use std::ffi::OsString;

use clap::{Arg, Command};

use super::definition;
use crate::command_line::CommandLine;

/// The flags that a line may have: global ones and those of its command.
struct Flags {
    arguments: Vec<Arg>,
}

/// Reads a line, without the name of the program.
pub(super) fn read(argv: &[OsString]) -> CommandLine {
    let words: Vec<String> = argv.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let flags = Flags::of(&words);
    let mut line = CommandLine::default();
    let mut rest = words.into_iter().peekable();
    while let Some(word) = rest.next() {
        line = if word == "--" {
            return rest.fold(line, CommandLine::with_word);
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, flags.takes_value(long).then(|| rest.next()).flatten()),
            };
            line.with_typed(&format!("--{name}"), value)
        } else if word.len() > 1 && word.starts_with('-') {
            flags.switches(&word).into_iter().fold(line, |line, name| line.with_typed(&name, None))
        } else {
            line.with_word(word)
        };
    }
    line
}

impl Flags {
    fn of(words: &[String]) -> Self {
        let definition = definition();
        let command = words.iter().find_map(|word| definition.find_subcommand(word));
        let arguments = command.into_iter().chain([&definition]).flat_map(Command::get_arguments);
        Self { arguments: arguments.cloned().collect() }
    }

    fn takes_value(&self, long: &str) -> bool {
        let known = self.arguments.iter().find(|argument| argument.get_long() == Some(long));
        known.is_some_and(|argument| argument.get_action().takes_values())
    }

    /// `-qy` as its long names; as typed if a letter is unknown.
    fn switches(&self, word: &str) -> Vec<String> {
        let long = |letter: char| {
            let known = self.arguments.iter().find(|argument| argument.get_short() == Some(letter))?;
            Some(format!("--{}", known.get_long()?))
        };
        let names: Option<Vec<String>> = word.chars().skip(1).map(long).collect();
        names.unwrap_or_else(|| vec![word.to_owned()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_survives() {
        let read = |line: &str| {
            let argv: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            read(&argv).to_string()
        };
        let same = "restwell --format json new a --cache none --yes --name b";
        assert_eq!(read(same), same);
        assert_eq!(read("restwell new a --cache=none -yq"), "restwell new a --cache none --yes --quiet");
        assert_eq!(read("restwell new --yes -- -x"), "restwell new --yes -- -x");
        assert_eq!(read("restwell new a --name=-x --cahce none"), "restwell new a --name=-x --cahce none");
        assert_eq!(read("target/debug/restwell list -Z"), "restwell list -Z");
    }
}
