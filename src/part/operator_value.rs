//! A value that the operator must set in the deployment.

use std::fmt::Write as _;

/// A variable without a default, and how to choose its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorValue {
    /// The variable.
    pub name: &'static str,
    /// An example, or a shell command that generates it.
    pub value: &'static str,
}

/// The instructions for `deploy/.env`; empty if no value is needed.
pub(crate) fn env_file(values: impl Iterator<Item = OperatorValue>) -> String {
    let mut values = values.peekable();
    if values.peek().is_none() {
        return String::new();
    }
    let mut text = String::from(
        "\nValues that are known only where it runs are in `deploy/.env`, which is never committed:\n\n\
         ```sh\ncat >deploy/.env <<END\n",
    );
    for OperatorValue { name, value } in values {
        writeln!(text, "{name}={value}").expect("a String takes every write");
    }
    text.push_str("END\n```\n");
    text
}
