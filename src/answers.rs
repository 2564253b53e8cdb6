//! Collects what was said: flags, the environment, an answers file, a preset, in this order of precedence.
//!
//! Whatever is not understood is an error that names the nearest spelling. Nothing is completed here: a choice without
//! an answer stays without one.

mod file;

use std::ffi::OsString;

use camino::Utf8Path;

use crate::choice::{Choice, Value};
use crate::error::{Error, Place};
use crate::preset::{PRESETS, Preset};
use crate::spelling;
use crate::stack::{Answers, Origin};

/// What the variables of a choice start with.
const PREFIX: &str = "RESTWELL_";
const NON_INTERACTIVE: &str = "RESTWELL_NON_INTERACTIVE";

/// Keys of an answers file beside the choices.
pub const EXTRA_KEYS: &[&str] = &["preset", "name", "restwell"];

/// What was said about a project.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// An answer to some of the choices.
    pub answers: Answers,
    /// The name, if the answers file gives one.
    pub name: Option<String>,
    /// The preset that was named.
    pub preset: Option<&'static str>,
    /// Whether the environment forbids to ask.
    pub non_interactive: bool,
    /// The version of restwell that wrote the answers file.
    pub written_by: Option<String>,
}

/// The variable that answers a choice.
pub fn variable(choice: Choice) -> String {
    format!("{PREFIX}{}", choice.id().to_uppercase().replace('-', "_"))
}

/// The environment as it is.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn environment() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}

impl Said {
    /// Everything said, the flags first.
    ///
    /// # Errors
    /// The first word that is not understood.
    pub fn gather(
        flags: &[Value],
        environment: &[(OsString, OsString)],
        file: Option<&Utf8Path>,
        preset: Option<&str>,
    ) -> Result<Self, Error> {
        let mut said = Self::default();
        let flags: Answers = flags.iter().map(|&value| (value, Origin::Flag)).collect();
        let variables = said.read_environment(environment)?;
        let keys = match file {
            Some(path) => said.read_file(path)?,
            None => Answers::default(),
        };
        said.answers = flags.or(&variables).or(&keys);
        if let Some(word) = preset {
            said.preset = Some(named(word, || Place::Flag("--preset".into()))?.id);
        }
        if let Some(preset) = said.preset.and_then(Preset::named) {
            said.answers = said.answers.or(&preset.answers());
        }
        Ok(said)
    }

    /// The choices without an answer.
    pub fn missing(&self) -> Vec<Choice> {
        let is_open = |choice: &Choice| self.answers.get(*choice).is_none();
        Choice::ALL.iter().copied().filter(is_open).collect()
    }

    /// What a user should know about the answers.
    pub fn warning(&self) -> Option<String> {
        let other = self.written_by.as_ref().filter(|&version| version != crate::VERSION)?;
        Some(format!("the answers were written by restwell {other}: this one may write other bytes"))
    }

    fn read_environment(&mut self, environment: &[(OsString, OsString)]) -> Result<Answers, Error> {
        let mut answers = Answers::default();
        for (name, word) in environment {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
                continue;
            };
            let word = word.to_string_lossy();
            if name == NON_INTERACTIVE {
                self.non_interactive = switch(&word)?;
                continue;
            }
            let choice = Choice::ALL.iter().find(|&&choice| variable(choice) == name);
            let Some(&choice) = choice else {
                return Err(unknown_variable(name));
            };
            answers.set(value(choice, &word, || Place::Variable(name.to_owned()))?, Origin::Environment);
        }
        Ok(answers)
    }
}

fn value(choice: Choice, word: &str, place: impl FnOnce() -> Place) -> Result<Value, Error> {
    choice.parse(word).ok_or_else(|| Error::UnknownValue {
        place: place(),
        word: word.to_owned(),
        allowed: choice.values().iter().map(|value| value.id().to_owned()).collect(),
    })
}

fn named(word: &str, place: impl FnOnce() -> Place) -> Result<Preset, Error> {
    Preset::named(word).ok_or_else(|| Error::UnknownValue {
        place: place(),
        word: word.to_owned(),
        allowed: PRESETS.iter().map(|preset| preset.id.to_owned()).collect(),
    })
}

fn switch(word: &str) -> Result<bool, Error> {
    match word.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "" | "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(Error::UnknownValue {
            place: Place::Variable(NON_INTERACTIVE.into()),
            word: word.to_owned(),
            allowed: ["1", "0", "true", "false"].map(str::to_owned).to_vec(),
        }),
    }
}

fn unknown_variable(name: &str) -> Error {
    let known: Vec<String> =
        Choice::ALL.iter().map(|&choice| variable(choice)).chain([NON_INTERACTIVE.to_owned()]).collect();
    let suffix = name.trim_start_matches(PREFIX);
    let suffixes = known.iter().filter_map(|known| known.strip_prefix(PREFIX));
    let nearest = spelling::nearest(suffix, suffixes).map(|suffix| format!("{PREFIX}{suffix}"));
    Error::UnknownVariable { name: name.to_owned(), nearest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::{Cache, Database};

    fn gather(variables: &[(&str, &str)], text: &str) -> Result<Said, Error> {
        let mut said = Said::default();
        let environment: Vec<_> = variables.iter().map(|&(name, word)| (name.into(), word.into())).collect();
        let variables = said.read_environment(&environment)?;
        said.answers = variables.or(&said.read_text(text, "answers.toml")?);
        Ok(said)
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let said = gather(&[("RESTWELL_CACHE", "none"), ("HOME", "/x")], "cache = \"memory\"\ndatabase = \"none\"\n");
        let said = said.expect("all of it is known");
        assert_eq!(said.answers.get(Choice::Cache), Some((Value::Cache(Cache::None), Origin::Environment)));
        assert_eq!(said.answers.get(Choice::Database), Some((Value::Database(Database::None), Origin::File)));
        assert_eq!(said.answers.get(Choice::Limiter), None);
    }

    #[test]
    fn what_is_not_a_string_is_named_with_its_line() {
        let Err(Error::AnswersSyntax { detail, .. }) = gather(&[], "cache = \"none\"\ndatabase = 3\n") else {
            panic!("a number is no value")
        };
        assert_eq!(detail, "line 2: `database` is an integer, not a string");
    }

    #[test]
    fn a_misspelt_variable_or_key_is_an_error() {
        assert!(
            matches!(gather(&[("RESTWELL_CASHE", "none")], ""), Err(Error::UnknownVariable { nearest: Some(name), .. }) if name == "RESTWELL_CACHE")
        );
        assert!(
            matches!(gather(&[], "cahce = \"none\""), Err(Error::UnknownKey { nearest: Some(key), .. }) if key == "cache")
        );
    }
}
