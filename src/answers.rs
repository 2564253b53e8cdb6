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

const PRESET: &str = "RESTWELL_PRESET";
const NAME: &str = "RESTWELL_NAME";

/// How many slips of the finger make another variable of a known one; more make it someone else's.
const SLIPS: usize = 2;

/// Keys of an answers file beside the choices.
pub const EXTRA_KEYS: &[&str] = &["preset", "name", "restwell"];

/// What was said about a project.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// An answer to some of the choices.
    pub answers: Answers,
    /// The name, if a variable or the answers file gives one.
    pub name: Option<String>,
    /// The preset that was named.
    pub preset: Option<&'static str>,
    /// Whether the environment forbids to ask.
    pub non_interactive: bool,
    /// The version of restwell that wrote the answers file.
    pub written_by: Option<String>,
    /// Variables that start like those of restwell and mean nothing to it.
    strangers: Vec<String>,
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

/// Checks the variables for a command that takes no answers, and gives what a user should know about them.
///
/// # Errors
/// The first variable that is misspelt or has a value it cannot have.
pub fn check(environment: &[(OsString, OsString)]) -> Result<Vec<String>, Error> {
    Ok(Said::gather(&[], environment, None, None)?.warnings())
}

impl Said {
    /// Everything said, the flags first.
    ///
    /// # Errors
    /// The first word that is not understood; of an answers file, all that is wrong with it.
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

    /// What the `restwell.toml` of a project says; nothing where it cannot be understood.
    pub fn of_receipt(text: &str) -> Option<Self> {
        let mut said = Self::default();
        said.answers = said.read_text(text, "restwell.toml").ok()?;
        Some(said)
    }

    /// The choices without an answer.
    pub fn missing(&self) -> Vec<Choice> {
        let is_open = |choice: &Choice| self.answers.get(*choice).is_none();
        Choice::ALL.iter().copied().filter(is_open).collect()
    }

    /// What a user should know about the answers.
    pub fn warnings(&self) -> Vec<String> {
        let other = self.written_by.as_ref().filter(|&version| version != crate::VERSION);
        let other =
            other.map(|other| format!("the answers were written by restwell {other}: this one may write other bytes"));
        let strangers = self.strangers.iter().map(|name| format!("the variable `{name}` means nothing to restwell"));
        other.into_iter().chain(strangers).collect()
    }

    fn read_environment(&mut self, environment: &[(OsString, OsString)]) -> Result<Answers, Error> {
        let mut answers = Answers::default();
        for (name, word) in environment {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
                continue;
            };
            let word = word.to_string_lossy();
            let place = || Place::Variable(name.to_owned());
            let choice = Choice::ALL.iter().find(|&&choice| variable(choice) == name);
            match (name, choice) {
                (NON_INTERACTIVE | PRESET | NAME, _) | (_, Some(_)) if word.is_empty() => {}
                (NON_INTERACTIVE, _) => self.non_interactive = switch(&word)?,
                (PRESET, _) => self.preset = Some(named(&word, place)?.id),
                (NAME, _) => self.name = Some(word.into_owned()),
                (_, Some(&choice)) => answers.set(value(choice, &word, place)?, Origin::Environment),
                (_, None) => match meant(name) {
                    Some(nearest) => {
                        return Err(Error::UnknownVariable {
                            name: name.to_owned(),
                            value: word.into_owned(),
                            nearest,
                        });
                    }
                    None => self.strangers.push(name.to_owned()),
                },
            }
        }
        self.strangers.sort();
        Ok(answers)
    }
}

fn value(choice: Choice, word: &str, place: impl FnOnce() -> Place) -> Result<Value, Error> {
    choice.parse(word).ok_or_else(|| Error::UnknownValue {
        place: place(),
        word: word.to_owned(),
        allowed: words_of(choice),
        mended: None,
    })
}

fn named(word: &str, place: impl FnOnce() -> Place) -> Result<Preset, Error> {
    Preset::named(word).ok_or_else(|| Error::UnknownValue {
        place: place(),
        word: word.to_owned(),
        allowed: preset_words(),
        mended: None,
    })
}

fn words_of(choice: Choice) -> Vec<String> {
    choice.values().iter().map(|value| value.id().to_owned()).collect()
}

fn preset_words() -> Vec<String> {
    PRESETS.iter().map(|preset| preset.id.to_owned()).collect()
}

fn switch(word: &str) -> Result<bool, Error> {
    match word.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "" | "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(Error::UnknownValue {
            place: Place::Variable(NON_INTERACTIVE.into()),
            word: word.to_owned(),
            allowed: ["1", "0", "true", "false"].map(str::to_owned).to_vec(),
            mended: None,
        }),
    }
}

/// The variable that `name` is a misspelling of.
fn meant(name: &str) -> Option<String> {
    let suffix = name.strip_prefix(PREFIX)?;
    let mut known: Vec<String> = Choice::ALL.iter().map(|&choice| variable(choice)).collect();
    known.extend([NON_INTERACTIVE, PRESET, NAME].map(str::to_owned));
    let suffixes = known.iter().filter_map(|known| known.strip_prefix(PREFIX));
    spelling::within(suffix, suffixes, SLIPS).map(|suffix| format!("{PREFIX}{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::{Cache, Database};
    use crate::error::{AnswersFault, AnswersMistake};

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
        let Err(Error::Answers { faults, .. }) = gather(&[], "cache = \"none\"\ndatabase = 3\n") else {
            panic!("a number is no value")
        };
        let what = AnswersMistake::Syntax("`database` is an integer, not a string".into());
        assert_eq!(faults, [AnswersFault { line: 2, what }]);
    }

    #[test]
    fn a_misspelt_variable_or_key_is_an_error() {
        assert!(
            matches!(gather(&[("RESTWELL_CASHE", "none")], ""), Err(Error::UnknownVariable { nearest, .. }) if nearest == "RESTWELL_CACHE")
        );
        let Err(Error::Answers { faults, .. }) = gather(&[], "cahce = \"none\"") else {
            panic!("there is no such key")
        };
        let what = AnswersMistake::Key { key: "cahce".into(), nearest: Some("cache".into()) };
        assert_eq!(faults, [AnswersFault { line: 1, what }]);
    }

    #[test]
    fn a_variable_of_someone_else_is_a_warning_and_an_empty_one_is_unset() {
        let said = gather(&[("RESTWELL_SERVICE_HOST", "10.0.0.1"), ("RESTWELL_CACHE", ""), ("RESTWELL_PORT", "1")], "");
        let said = said.expect("neither is misspelt");
        assert_eq!(said.answers, Answers::default());
        assert_eq!(said.warnings().len(), 2);
        assert!(said.warnings()[1].contains("`RESTWELL_SERVICE_HOST`"));
        assert_eq!(meant("RESTWELL_DB").as_deref(), Some("RESTWELL_DATABASE"));
    }
}
