//! The rules that a team has for its projects: a TOML file, and what of a project breaks it.

use std::fmt;

use camino::Utf8PathBuf;
use toml_edit::{Document, Item, TableLike};

use crate::base::BASE;
use crate::choice::{Choice, Value};
use crate::command_line::CommandLine;
use crate::disk::TextFile;
use crate::error::Error;
use crate::pattern::Pattern;
use crate::project::{Kind, Project};
use crate::spelling;
use crate::tree::RECEIPT;
use crate::version::{VERSION, is_newer};

const MINIMUM: &str = "minimum-version";
const CHOICES: &str = "choices";
const UNCHANGED: &str = "unchanged";

/// The rules of a team.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The oldest version that may have been applied.
    minimum: Option<String>,
    /// The values that a choice may have.
    choices: Vec<(Choice, Vec<Value>)>,
    /// The files that must be as they were applied.
    unchanged: Vec<Pattern>,
}

/// A kind of rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The version that was applied.
    Version,
    /// The values of choices.
    Choice,
    /// Files that must be unchanged.
    File,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Version, Self::Choice, Self::File];

    /// The id in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Version => "minimum-version",
            Self::Choice => "choices",
            Self::File => "unchanged",
        }
    }

    /// What it demands, in one clause.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Version => "the version that was applied is not older than this",
            Self::Choice => "each choice has a value that is allowed",
            Self::File => "the files are as restwell applied them",
        }
    }
}

/// A rule that a project breaks.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The file that it is about.
    pub path: Utf8PathBuf,
    /// What is wrong, in one clause.
    pub what: String,
    /// What mends it.
    pub fix: Fix,
}

/// What mends a broken rule.
#[derive(Clone, Debug)]
pub enum Fix {
    /// A command.
    Command(CommandLine),
    /// Advice that is not a command.
    Help(String),
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(line) => write!(f, "try: {line}"),
            Self::Help(text) => f.write_str(text),
        }
    }
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// [`Error::Policy`] for the first mistake.
    pub fn parse(TextFile { name, text }: &TextFile) -> Result<Self, Error> {
        let wrong = |what: String| Error::Policy { file: name.clone(), what };
        let document = Document::parse(text.as_str()).map_err(|error| wrong(error.message().to_owned()))?;
        let mut policy = Self::default();
        for (key, item) in document.iter() {
            match key {
                MINIMUM => {
                    let version = item.as_str().ok_or_else(|| wrong(format!("`{MINIMUM}` is no string")))?;
                    let numbers: Vec<&str> = version.split('.').collect();
                    if numbers.len() != 3 || numbers.iter().any(|number| number.parse::<u64>().is_err()) {
                        return Err(wrong(format!("`{version}` is no version such as `1.2.0`")));
                    }
                    policy.minimum = Some(version.to_owned());
                }
                CHOICES => {
                    let table = item.as_table_like().ok_or_else(|| wrong(format!("`{CHOICES}` is no table")))?;
                    policy.choices = TableLike::iter(table).map(allowed).collect::<Result<_, _>>().map_err(wrong)?;
                }
                UNCHANGED => policy.unchanged = patterns(item).map_err(wrong)?,
                _ => return Err(wrong(unknown(key, &[MINIMUM, CHOICES, UNCHANGED]))),
            }
        }
        Ok(policy)
    }

    /// The rules that a project breaks.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn check(&self, project: &Project) -> Result<Vec<Violation>, Error> {
        let mut violations: Vec<Violation> = self.version(project).into_iter().collect();
        violations.extend(self.choices(project));
        let is_rule = |path: &Utf8PathBuf| self.unchanged.iter().any(|pattern| pattern.matches(path));
        let mut file = |path: &Utf8PathBuf, how: &str| {
            violations.push(Violation {
                rule: Rule::File,
                path: path.clone(),
                what: format!("`{path}` is {how}"),
                fix: Fix::Command(CommandLine::new(["adopt", project.root.relative(path).as_str()])),
            });
        };
        for edit in project.edits(&project.rendered()?)? {
            if is_rule(&edit.patch.path) {
                let how = match edit.kind {
                    Kind::Edited => "edited",
                    Kind::Mode => "edited: its mode",
                    Kind::Deleted => "deleted",
                    Kind::NoFile => "not a file",
                };
                file(&edit.patch.path, how);
            }
        }
        Ok(violations)
    }

    fn version(&self, project: &Project) -> Option<Violation> {
        let (minimum, applied) = (self.minimum.as_ref()?, &project.base.version);
        is_newer(minimum, applied).then(|| Violation {
            rule: Rule::Version,
            path: BASE.into(),
            what: format!("restwell {applied} was applied, and {minimum} is required"),
            // This version cannot apply a newer one.
            fix: match is_newer(minimum, VERSION) {
                true => Fix::Help(format!("install restwell {minimum} or newer, then run: restwell update")),
                false => Fix::Command(CommandLine::new(["update"])),
            },
        })
    }

    fn choices(&self, project: &Project) -> Vec<Violation> {
        let broken = self.choices.iter().filter_map(|(choice, allowed)| {
            let found = project.base.stack.get(*choice);
            let first = allowed.first().filter(|_| !allowed.contains(&found))?;
            let words: Vec<&str> = allowed.iter().map(|value| value.id()).collect();
            Some(Violation {
                rule: Rule::Choice,
                path: RECEIPT.into(),
                what: format!("`{found}` is not allowed; allowed: {}", words.join(", ")),
                fix: Fix::Command(CommandLine::new(["set", &first.to_string()])),
            })
        });
        broken.collect()
    }
}

/// The values that one key of the table of choices allows.
fn allowed((key, item): (&str, &Item)) -> Result<(Choice, Vec<Value>), String> {
    let ids: Vec<&str> = Choice::ALL.iter().map(|choice| choice.id()).collect();
    let choice = Choice::named(key).ok_or_else(|| unknown(&format!("{CHOICES}.{key}"), &ids))?;
    let words: Option<Vec<&str>> = match (item.as_str(), item.as_array()) {
        (Some(word), _) => Some(vec![word]),
        (None, Some(list)) if !list.is_empty() => list.iter().map(toml_edit::Value::as_str).collect(),
        (None, _) => None,
    };
    let words = words.ok_or_else(|| format!("`{CHOICES}.{key}` is neither a value nor a list of values"))?;
    let value = |word: &&str| {
        let known: Vec<&str> = choice.values().iter().map(|value| value.id()).collect();
        choice.parse(word).ok_or_else(|| format!("`{word}` is no value of `{key}`; valid: {}", known.join(", ")))
    };
    Ok((choice, words.iter().map(value).collect::<Result<_, _>>()?))
}

fn patterns(item: &Item) -> Result<Vec<Pattern>, String> {
    let list = item.as_array().ok_or_else(|| format!("`{UNCHANGED}` is no list of paths"))?;
    let pattern = |value: &toml_edit::Value| {
        let text = value.as_str().ok_or_else(|| format!("`{UNCHANGED}` has an entry that is no string"))?;
        Pattern::new(text).map_err(|error| format!("`{text}` is not a pattern: {error}"))
    };
    list.iter().map(pattern).collect()
}

fn unknown(key: &str, known: &[&str]) -> String {
    let word = key.rsplit('.').next().unwrap_or(key);
    let near = spelling::nearest(word, known.iter().copied());
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("unknown key `{key}`{near}")
}
