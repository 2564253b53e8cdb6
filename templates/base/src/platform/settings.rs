//! Reads settings from the command line, else the environment, else `.env`, else the default. [`read`] checks each by
//! its one rule, reports all problems at once, and repeats no value, since it may contain a secret.

use std::collections::HashMap;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::{env, fs, io, time::Duration};

use clap::builder::ValueParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

/// The name of a setting, and the rule that its value breaks.
#[derive(Clone)]
pub struct Problem {
    pub setting: String,
    pub rule: String,
}

impl Problem {
    pub fn new(setting: &str, rule: impl Into<String>) -> Self {
        Self { setting: setting.to_owned(), rule: rule.into() }
    }
}

/// The environment variables from which settings are read.
#[derive(Default)]
pub struct Environment {
    variables: HashMap<OsString, OsString>,
    problem: Option<Problem>,
}

impl Environment {
    /// The variables of this process, and those of `.env` in its working directory.
    pub fn of_process() -> Self {
        let (file, problem) = match dotenv() {
            Ok(variables) => (variables, None),
            Err(rule) => (Vec::new(), Some(Problem::new(".env", rule))),
        };
        let file = file.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { problem, ..file.chain(env::vars_os()).collect() }
    }

    /// The value of a variable. A secret may be in a file instead: `NAME_FILE` has its path.
    fn get(&self, name: &str, is_secret: bool) -> Result<Option<OsString>, Problem> {
        let file = format!("{name}_FILE");
        let variable = |name: &str| self.variables.get(OsStr::new(name)).cloned();
        let value = variable(name);
        let Some(path) = variable(&file).filter(|path| is_secret && !path.is_empty()) else { return Ok(value) };
        if value.is_some_and(|value| !value.is_empty()) {
            return Err(Problem::new(name, format!("set, and {file} as well; unset one of them")));
        }
        let text = fs::read_to_string(path);
        let text = text.map_err(|error| Problem::new(&file, format!("the file cannot be read: {error}")))?;
        Ok(Some(text.trim_end().into()))
    }
}

impl FromIterator<(OsString, OsString)> for Environment {
    /// A later value of a variable replaces an earlier one, unless it is empty.
    fn from_iter<Variables: IntoIterator<Item = (OsString, OsString)>>(variables: Variables) -> Self {
        let mut environment = Self::default();
        for (name, value) in variables {
            let held = environment.variables.entry(name).or_default();
            if !value.is_empty() {
                *held = value;
            }
        }
        environment
    }
}

fn dotenv() -> Result<Vec<(String, String)>, String> {
    let bytes = match fs::read(".env") {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("cannot be read: {error}")),
    };
    let text = String::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    dotenvy::from_read_iter(text.as_bytes()).collect::<Result<_, _>>().map_err(|error| {
        let dotenvy::Error::LineParse(line, _) = error else { return "not lines of NAME=value".to_owned() };
        let before = text.split_once(&line).map_or("", |(before, _)| before);
        format!("line {} is not NAME=value", before.lines().count() + 1)
    })
}

/// The result of [`read`].
pub struct Settings {
    /// An invalid setting has its default.
    pub values: ArgMatches,
    /// The command line as given, for its sub-command.
    pub arguments: ArgMatches,
    pub problems: Vec<Problem>,
}

/// Reads each argument of `command` that has a variable.
///
/// # Errors
/// clap's, for `--help`, `--version`, and an invalid command line.
pub fn read(
    command: &Command,
    arguments: impl IntoIterator<Item = OsString>,
    environment: &Environment,
) -> Result<Settings, clap::Error> {
    // Global, so that a flag means the same before and after the sub-command. Values are validated below, one by one.
    let unchecked = command.clone().mut_args(|arg| {
        let arg = arg.global(true).hide_env_values(true);
        arg.value_parser(ValueParser::os_string()).value_delimiter(None)
    });
    let arguments = unchecked.try_get_matches_from(arguments)?;
    // Variables come only from `environment`, not from the process.
    let parser = command.clone().mut_args(|arg| arg.env(None::<&str>)).no_binary_name(true);
    let (mut flags, mut problems) = (Vec::new(), Vec::from_iter(environment.problem.clone()));
    for arg in command.get_arguments() {
        let (Some(name), Some(flag)) = (arg.get_env().and_then(OsStr::to_str), arg.get_long()) else { continue };
        let values = given(arg, name, &arguments, environment).unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        for value in values {
            match validated(&parser, flag, &value) {
                Ok(flag) => flags.push(flag),
                Err(rule) => problems.push(Problem::new(name, rule)),
            }
        }
    }
    Ok(Settings { values: parser.try_get_matches_from(flags)?, arguments, problems })
}

/// The values that a setting has from its flag, else from its variable. An empty value counts as absent, with one
/// exception: a URL with a default is probably empty by mistake, and the default may lead to other data.
fn given(arg: &Arg, name: &str, arguments: &ArgMatches, environment: &Environment) -> Result<Vec<OsString>, Problem> {
    let id = arg.get_id().as_str();
    let mut values: Vec<OsString> = match arguments.value_source(id) {
        Some(ValueSource::CommandLine) => arguments.get_raw(id).into_iter().flatten().map(OsString::from).collect(),
        // An argument whose value `--help` would hide is a secret.
        _ => environment.get(name, arg.is_hide_env_values_set())?.into_iter().collect(),
    };
    let refuses_empty = name.ends_with("_URL") && !arg.get_default_values().is_empty();
    values.retain(|value| refuses_empty || !value.is_empty());
    Ok(values)
}

/// The setting as a flag if it is valid, else the rule that it breaks.
fn validated(parser: &Command, flag: &str, value: &OsStr) -> Result<OsString, String> {
    let value = value.to_str().ok_or("not UTF-8")?;
    let flag = OsString::from(format!("--{flag}={value}"));
    match parser.clone().try_get_matches_from([&flag]) {
        Ok(_) => Ok(flag),
        // clap's message repeats the value; the message of the rule is the source of the error.
        Err(error) => Err(error.source().map_or("not a valid value".into(), ToString::to_string)),
    }
}

/// The error that lists every problem, with exit code 2.
pub fn refuse(command: &mut Command, problems: &[Problem]) -> clap::Error {
    let lines: Vec<_> = problems.iter().map(|problem| format!("{}: {}", problem.setting, problem.rule)).collect();
    command.error(ErrorKind::ValueValidation, lines.join("\n       "))
}

/// The rule of a whole number.
pub fn number<Number: TryFrom<usize>>(
    least: usize,
    most: usize,
) -> impl Fn(&str) -> Result<Number, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        let number = number.and_then(|number| Number::try_from(number).ok());
        number.ok_or_else(|| format!("not a whole number from {least} to {most}"))
    }
}

/// The rule of a duration, with its bounds in the syntax of the setting.
pub fn time(
    least: &'static str,
    most: &'static str,
) -> impl Fn(&str) -> Result<Duration, String> + Clone + Send + Sync + 'static {
    move |text| {
        let [least_time, most_time, time] = [least, most, text].map(|text| humantime::parse_duration(text).ok());
        let valid = (least_time..=most_time).contains(&time);
        time.filter(|_| valid).ok_or_else(|| format!("not a time from {least} to {most}, such as 1500ms, 10s or 1min"))
    }
}

/// The rule of a setting with a fixed list of values.
pub fn one_of<Value: Copy + Send + Sync + 'static>(
    values: &'static [(&'static str, Value)],
) -> impl Fn(&str) -> Result<Value, String> + Clone + Send + Sync + 'static {
    move |text| {
        let found = values.iter().find(|(name, _)| *name == text);
        let names: Vec<_> = values.iter().map(|(name, _)| *name).collect();
        found.map(|(_, value)| *value).ok_or_else(|| format!("not {}", names.join(" or ")))
    }
}
