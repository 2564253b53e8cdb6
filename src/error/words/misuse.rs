//! Errors of a command line whose words are all known.

use super::choices::more_about;
use super::{Words, help_with, listed, mended_or_help, words};
use crate::choice::Value;
use crate::command_line::{CommandLine, path_word};
use crate::error::{Misuse, Place};

pub(super) fn told(misuse: &Misuse, typed: &CommandLine) -> Words {
    match misuse {
        Misuse::NoCommand => words("a command is missing").command(help_with("")),
        Misuse::Unexpected { word, mended } => {
            mended_or_help(format!("unexpected argument `{word}`"), mended.as_ref(), typed)
        }
        Misuse::NoValue { flag } => {
            words(format!("`{flag}` needs a value")).command(more_about(&Place::Flag(flag.clone()), typed))
        }
        Misuse::NoArgument { argument } => {
            let names: Vec<String> = argument.split(", ").map(str::to_owned).collect();
            let are = if names.len() == 1 { "is" } else { "are" };
            mended_or_help(format!("{} {are} missing", listed(&names)), None, typed)
        }
        Misuse::NotText => mended_or_help("an argument is not UTF-8 text".to_owned(), None, typed),
        Misuse::Repeated { flag, mended } => {
            mended_or_help(format!("`{flag}` is given more than once"), mended.as_ref(), typed)
        }
        Misuse::Excluded { flag, by, mended } => {
            mended_or_help(format!("`{flag}` cannot be used with `{by}`"), mended.as_ref(), typed)
        }
        Misuse::Other { what } => mended_or_help(what.clone(), None, typed),
        Misuse::TwoValues { first, last } => two_values(first, last, typed),
        Misuse::TwoSides { ours, theirs } => words(format!("`{ours}` is given with `--ours` and with `--theirs`"))
            .command(typed.clone().without_value("--theirs", theirs))
            .command(typed.clone().without_value("--ours", ours)),
        Misuse::EmptyPath => words("`<PATH>` is empty").command(typed.clone().with_other("", "shop-api")),
        Misuse::NoTerminal => words("`--conflict ask` needs a terminal")
            .command(typed.clone().without("--conflict"))
            .help("without it, a conflict is reported and nothing is written"),
        Misuse::NoBase { directory, without } => words(format!("`{directory}` is no project: it has no `{without}`"))
            .command(typed.clone().without("--base"))
            .help(format!(
                "or render one, with the version that `{without}` names: \
                 restwell new ../base --answers {without} --no-git"
            )),
        Misuse::Receipt { path } => words(format!("`{path}` cannot be yours alone"))
            .because("`restwell set` writes the choices there")
            .command(CommandLine::new(["set"]).with_flag("--dry-run"))
            .help("this shows what an edit of the choices in it would change"),
        Misuse::Forgotten { path } => {
            let message = format!("this version does not know the content of `{path}` as it was applied");
            words(message).command(CommandLine::new(["update"]).with_value("--theirs", &path_word(path))).help(
                "this takes the file as this version renders it; the version that applied it knows the other content",
            )
        }
    }
}

fn two_values(first: &Value, last: &Value, typed: &CommandLine) -> Words {
    let others = typed.clone().without_values(&format!("{}=", first.choice().id()));
    let with = |value: &Value| match typed.has("--set") {
        true => others.clone().with_typed("--set", Some(value.to_string())),
        false => others.clone().with_word(value.to_string()),
    };
    match first == last {
        true => words(format!("`{last}` is given twice")).command(with(last)),
        false => words(format!("`{first}` and `{last}` are values of the same choice"))
            .command(with(last))
            .command(with(first)),
    }
}
