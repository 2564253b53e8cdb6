//! Collects the user's input: flags, environment variables, an answers file and a preset, in this order of precedence.
//!
//! A word that is not recognised is an error that suggests the nearest known word. Nothing is filled in here: a choice
//! without an answer stays open.

mod file;

use std::ffi::OsString;

use crate::choice::{Choice, VARIABLE_PREFIX, Value};
use crate::disk::TextFile;
use crate::error::{Error, Place};
use crate::pattern::Pattern;
use crate::preset::{PRESETS, Preset};
use crate::resource::Resource;
use crate::spelling;
use crate::stack::{Answers, Origin};
use crate::tree::RECEIPT;
use crate::version::VERSION;

const NON_INTERACTIVE: &str = "RESTWELL_NON_INTERACTIVE";

const PRESET: &str = "RESTWELL_PRESET";
const NAME: &str = "RESTWELL_NAME";

/// A variable within this edit distance of a known one is reported as a misspelling; any other is only warned about,
/// since another program may have set it.
const MAX_EDITS: usize = 2;

/// The keys of an answers file other than the choices.
pub const EXTRA_KEYS: &[&str] = &["preset", "name", "restwell", "resource", FILES];

/// The table of a `restwell.toml` about files.
pub const FILES: &str = "files";

/// Its only key: patterns of the files that are the user's.
pub const MINE: &str = "mine";

/// The user's input from all sources.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The answers given so far; choices may be open.
    pub answers: Answers,
    /// The project name, if a variable or the answers file sets one.
    pub name: Option<String>,
    /// The resources besides products.
    pub resources: Vec<Resource>,
    /// The preset, if one is selected.
    pub preset: Option<&'static str>,
    /// Whether the environment disables prompts.
    pub non_interactive: bool,
    /// The version of restwell that wrote the answers file.
    pub written_by: Option<String>,
    /// The files that are the user's, in a `restwell.toml`; has no effect on a new project.
    pub mine: Vec<Pattern>,
    /// Variables with restwell's prefix that restwell does not know.
    unknown_variables: Vec<String>,
}

/// The environment variables of this process.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn environment() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}

/// Checks the variables for a command that takes no answers, and returns the warnings about them.
///
/// # Errors
/// The first variable that is misspelt or has an invalid value.
pub fn check(environment: &[(OsString, OsString)]) -> Result<Vec<String>, Error> {
    Ok(Input::gather(&[], environment, None, None)?.warnings())
}

impl Input {
    /// Merges all sources; a flag overrides a variable, a variable the file, and the file the preset.
    ///
    /// # Errors
    /// The first word that is not recognised, or every mistake in the answers file.
    pub fn gather(
        flags: &[Value],
        environment: &[(OsString, OsString)],
        file: Option<&TextFile>,
        preset: Option<&str>,
    ) -> Result<Self, Error> {
        let mut input = Self::default();
        let flags: Answers = flags.iter().map(|&value| (value, Origin::Flag)).collect();
        let variables = input.read_environment(environment)?;
        let keys = match file {
            Some(TextFile { name, text }) => input.read_text(text, name)?,
            None => Answers::default(),
        };
        input.answers = flags.or(&variables).or(&keys);
        if let Some(word) = preset {
            input.preset = Some(preset_named(word, || Place::Flag("--preset".into()))?.id);
        }
        if let Some(preset) = input.preset.and_then(Preset::named) {
            input.answers = input.answers.or(&preset.answers());
        }
        Ok(input)
    }

    /// Reads the `restwell.toml` of a project.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn of_receipt(text: &str) -> Result<Self, Error> {
        let mut input = Self::default();
        input.answers = input.read_text(text, RECEIPT)?;
        Ok(input)
    }

    /// The choices without an answer.
    pub fn missing(&self) -> Vec<Choice> {
        let is_open = |choice: &Choice| self.answers.get(*choice).is_none();
        Choice::ALL.iter().copied().filter(is_open).collect()
    }

    /// Warnings about the input.
    pub fn warnings(&self) -> Vec<String> {
        let other = self.written_by.as_ref().filter(|&version| version != VERSION);
        let other = other.map(|other| {
            format!("restwell {other} wrote the answers file; this is {VERSION}, whose output may differ")
        });
        let unknown = self.unknown_variables.iter();
        let unknown = unknown.map(|name| format!("the variable `{name}` is not known to restwell and has no effect"));
        other.into_iter().chain(unknown).collect()
    }

    fn read_environment(&mut self, environment: &[(OsString, OsString)]) -> Result<Answers, Error> {
        let mut answers = Answers::default();
        for (name, word) in environment {
            let Some(name) = name.to_str().filter(|name| name.starts_with(VARIABLE_PREFIX)) else {
                continue;
            };
            let word = word.to_string_lossy();
            let place = || Place::Variable(name.to_owned());
            let choice = Choice::ALL.iter().find(|&&choice| choice.variable() == name);
            match (name, choice) {
                (NON_INTERACTIVE | PRESET | NAME, _) | (_, Some(_)) if word.is_empty() => {}
                (NON_INTERACTIVE, _) => self.non_interactive = parse_switch(&word)?,
                (PRESET, _) => self.preset = Some(preset_named(&word, place)?.id),
                (NAME, _) => self.name = Some(word.into_owned()),
                (_, Some(&choice)) => answers.set(value(choice, &word, place)?, Origin::Environment),
                (_, None) => match misspelt(name) {
                    Some(nearest) => {
                        return Err(Error::UnknownVariable {
                            name: name.to_owned(),
                            value: word.into_owned(),
                            nearest,
                        });
                    }
                    None => self.unknown_variables.push(name.to_owned()),
                },
            }
        }
        self.unknown_variables.sort();
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

fn preset_named(word: &str, place: impl FnOnce() -> Place) -> Result<Preset, Error> {
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

fn parse_switch(word: &str) -> Result<bool, Error> {
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
fn misspelt(name: &str) -> Option<String> {
    let suffix = name.strip_prefix(VARIABLE_PREFIX)?;
    let mut known: Vec<String> = Choice::ALL.iter().map(|choice| choice.variable()).collect();
    known.extend([NON_INTERACTIVE, PRESET, NAME].map(str::to_owned));
    let suffixes = known.iter().filter_map(|known| known.strip_prefix(VARIABLE_PREFIX));
    spelling::within(suffix, suffixes, MAX_EDITS).map(|suffix| format!("{VARIABLE_PREFIX}{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::{Cache, Database};
    use crate::error::{AnswersFault, AnswersMistake};

    fn gather(variables: &[(&str, &str)], text: &str) -> Result<Input, Error> {
        let mut input = Input::default();
        let environment: Vec<_> = variables.iter().map(|&(name, word)| (name.into(), word.into())).collect();
        let variables = input.read_environment(&environment)?;
        input.answers = variables.or(&input.read_text(text, "answers.toml")?);
        Ok(input)
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let input = gather(&[("RESTWELL_CACHE", "none"), ("HOME", "/x")], "cache = \"memory\"\ndatabase = \"none\"\n");
        let input = input.expect("every word is known");
        assert_eq!(input.answers.get(Choice::Cache), Some((Value::Cache(Cache::None), Origin::Environment)));
        assert_eq!(input.answers.get(Choice::Database), Some((Value::Database(Database::None), Origin::File)));
        assert_eq!(input.answers.get(Choice::Limiter), None);
    }

    #[test]
    fn a_value_of_another_type_is_an_error_with_its_line() {
        let Err(Error::Answers { faults, .. }) = gather(&[], "cache = \"none\"\ndatabase = 3\n") else {
            panic!("a number is not a value")
        };
        let what = AnswersMistake::Syntax("`database` is an integer, not a string".into());
        assert_eq!(faults, [AnswersFault { line: 2, what }]);
    }

    #[test]
    fn a_mistake_in_a_table_has_the_line_of_the_value() {
        for (text, line) in [
            ("cache = \"none\"\n[files]\n# mine\nmine = [\n  \"a/**\",\n  3,\n]\n", 6),
            ("[files]\nmine = 3\n", 2),
            ("[files]\n\nyours = []\n", 3),
            ("[[resource]]\nname = 3\nfields = []\n", 2),
            ("[[resource]]\nname = \"orders\"\nfields = [\n  \"a:int\",\n  \"b:strin\"]\n", 5),
            ("[[resource]]\nname = \"order\"\nfields = [\"a:int\"]\n", 2),
            ("[[resource]]\nname = \"orders\"\nfields = [\"a:int\"]\nfelds = []\n", 4),
            ("[[resource]]\nname = \"orders\"\nfields = [\"a:int\"]\n\n[[resource]]\n\nfields = []\n", 5),
            ("[[resource]]\nname = \"orders\"\nfields = [\"a:int\",\n\"ref:users\"]\n", 4),
            ("[[resource]]\nname = \"orders\"\nfields = [\"a:int\"]\nwas = [[\"a:int\"],\n[4]]\n", 5),
        ] {
            let Err(Error::Answers { faults, .. }) = gather(&[], text) else { panic!("{text} is wrong") };
            assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [line], "{text}");
        }
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
    fn an_unrelated_variable_is_a_warning_and_an_empty_one_is_unset() {
        let input =
            gather(&[("RESTWELL_SERVICE_HOST", "10.0.0.1"), ("RESTWELL_CACHE", ""), ("RESTWELL_PORT", "1")], "");
        let input = input.expect("neither is misspelt");
        assert_eq!(input.answers, Answers::default());
        assert_eq!(input.warnings().len(), 2);
        assert!(input.warnings()[1].contains("`RESTWELL_SERVICE_HOST`"));
        assert_eq!(misspelt("RESTWELL_DB").as_deref(), Some("RESTWELL_DATABASE"));
    }
}
