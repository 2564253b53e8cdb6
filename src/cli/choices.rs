//! One flag for each choice, derived from the choices themselves.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use crate::choice::{Choice, Value};
use crate::error::{Error, Misuse};

/// The values given as flags.
#[derive(Clone, Debug, Default)]
pub(super) struct Choices(pub(super) Vec<Value>);

impl Args for Choices {
    fn augment_args(command: Command) -> Command {
        command.args(Choice::ALL.iter().map(|&choice| flag(choice)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Choices {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |&choice: &Choice| choice.parse(matches.get_one::<String>(choice.id())?);
        Ok(Self(Choice::ALL.iter().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Accepts a value with its choice, as in `cache=redis`.
pub(super) fn pairs() -> impl TypedValueParser<Value = Value> {
    let words = Value::all().map(|value| PossibleValue::new(value.to_string()).help(value.offer().cost));
    PossibleValuesParser::new(words)
        .map(|word| Value::all().find(|value| value.to_string() == word).expect("the word is one of the values"))
}

/// Refuses two values of one choice.
pub(super) fn check_pairs(values: &[Value]) -> Result<(), Error> {
    for (index, &last) in values.iter().enumerate() {
        if let Some(&first) = values[..index].iter().find(|other| other.choice() == last.choice()) {
            return Err(Error::Usage(Misuse::TwoValues { first, last }));
        }
    }
    Ok(())
}

fn flag(choice: Choice) -> Arg {
    let values = choice.values().iter().map(|value| PossibleValue::new(value.id()).help(value.offer().cost));
    Arg::new(choice.id())
        .long(choice.id())
        .value_name("VALUE")
        .value_parser(PossibleValuesParser::new(values))
        .help(format!("{} [default: {}] [env: {}]", choice.question(), choice.default_value().id(), choice.variable()))
        .help_heading("Choices")
}
