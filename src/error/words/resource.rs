//! Errors about resources.

use super::{Words, words as told};
use crate::command_line::CommandLine;
use crate::error::Unsuitable;
use crate::resource::{Kind, Mistake};

pub(super) fn words(unsuitable: &Unsuitable, typed: &CommandLine) -> Words {
    match unsuitable {
        Unsuitable::Invalid { resource, mistake } => invalid(resource, mistake, typed),
        Unsuitable::NoDatabase => {
            let is_new = typed.plain().next().is_some_and(|word| word == "new");
            let with_one = match is_new {
                true => typed.clone().with_value("--database", "sqlite"),
                false => CommandLine::new(["set", "database=sqlite"]),
            };
            told("the project has no database, and a resource is stored in one").command(with_one)
        }
        Unsuitable::Left { name, migration, is_left } => {
            let words = told(format!("`{migration}` makes the table `{name}`"));
            match is_left {
                true => words
                    .because("restwell removes no migration, since a database may have run it")
                    .help("choose another name; or, if the removal was the last change: restwell undo"),
                false => words
                    .because("the migration of the resource would make it again, and fail")
                    .help("choose another name, or rename the table in a migration of yours"),
            }
        }
        Unsuitable::Unknown { name, nearest } => {
            told(format!("the project has no resource `{name}` that restwell added"))
                .command(nearest.as_deref().map(|near| typed.clone().with_other(name, near)))
        }
        Unsuitable::Referred { name, by, is_past } => {
            let what = if *is_past { format!("a migration of `{by}`") } else { format!("`{by}`") };
            told(format!("`{name}` cannot be removed: {what} refers to it"))
                .command(CommandLine::new(["remove", "resource", by]))
        }
    }
}

fn invalid(resource: &str, mistake: &Mistake, typed: &CommandLine) -> Words {
    let words = told(format!("the resource `{resource}` is not valid")).because(why(mistake));
    match mistake {
        Mistake::Kind { field, word, nearest: Some(nearest) } => {
            words.command(typed.clone().with_other(field, &field.replacen(word, nearest, 1)))
        }
        Mistake::Kind { .. } => words.help(format!("types: {}, ref:RESOURCE", Kind::WORDS.join(", "))),
        Mistake::Empty | Mistake::Field(_) => words.help(
            "a field is NAME:TYPE or ref:RESOURCE, such as `number:string!` or `ref:products`; `?` makes it optional, `!` \
             unique",
        ),
        Mistake::Unfilled(field) => {
            let optional = optional(field);
            let help = format!("add `{optional}`, give each row a value in a migration of yours, then ask for `{field}`");
            words.help(help).command(instead(typed, field, &optional))
        }
        Mistake::Retyped { field, before } => {
            let help = format!("keep `{before}`, or give the new field another name");
            words.help(help).command(instead(typed, field, before))
        }
        _ => words,
    }
}

/// The command with another field, if it names the field.
fn instead(typed: &CommandLine, field: &str, other: &str) -> Option<CommandLine> {
    typed.plain().any(|word| word == field).then(|| typed.clone().with_other(field, other))
}

/// The field, made optional: `ref:users?!` for `ref:users!`.
fn optional(field: &str) -> String {
    match field.strip_suffix('!') {
        Some(rest) => format!("{rest}?!"),
        None => format!("{field}?"),
    }
}

/// What is wrong, in one clause.
pub(super) fn why(mistake: &Mistake) -> String {
    match mistake {
        Mistake::Name(name) => format!(
            "`{name}` is not a name: at most 30 lower-case letters, digits and single underscores, the first a letter"
        ),
        Mistake::Reserved(name) => format!("`{name}` is reserved, by Rust, by SQL, or by what every project has"),
        Mistake::Module(name) => format!("every project has a module `{name}`"),
        Mistake::Singular(name) => format!("`{name}` is not a noun in the plural, such as `orders`"),
        Mistake::Type { name, type_name } => {
            format!("one of the `{name}` would be a `{type_name}`, and the code of a resource uses a type of that name")
        }
        Mistake::Field(field) => format!("`{field}` is not a field"),
        Mistake::Kind { field, word, .. } => format!("`{word}` in `{field}` is not a type"),
        Mistake::Twice(name) => format!("`{name}` exists already"),
        Mistake::UniqueBool(field) => format!("`{field}`: a unique bool allows only two rows"),
        Mistake::Unknown(name) => format!("there is no resource `{name}` to refer to"),
        Mistake::Empty => "it has no field".to_owned(),
        Mistake::Circular(name) => format!("`{name}` would refer to itself"),
        Mistake::Unfilled(field) => format!("rows that exist would have no value for the new field `{field}`"),
        Mistake::Retyped { field, before } => {
            format!("not every value of `{before}` is one of `{field}`, and rows that exist keep theirs")
        }
    }
}
