//! Errors about resources.

use super::{Words, words as told};
use crate::command_line::CommandLine;
use crate::error::Unsuitable;
use crate::plan::check_resources;
use crate::resource::{self, Kind, Mistake, Resource, article};

pub(super) fn words(unsuitable: &Unsuitable, typed: &CommandLine) -> Words {
    match unsuitable {
        Unsuitable::Invalid { resource, mistake } => invalid(resource, mistake, typed),
        Unsuitable::NoDatabase => told("the project has no database, and a resource is stored in one")
            .command(typed.clone().with_command(["set", "database=sqlite"])),
        Unsuitable::Left { name, migration, is_left } => match is_left {
            true => told(format!("`{migration}` is a migration of the table `{name}`"))
                .because("restwell removes no migration, since a database may have run it")
                .help("choose another name; or, if the removal was the last change: restwell undo"),
            false => told(format!("`{migration}` makes the table `{name}`"))
                .because("the migration of the resource would make it again, and fail")
                .help("choose another name, or rename the table in a migration of yours"),
        },
        Unsuitable::Unknown { name, nearest } => {
            told(format!("the project has no resource `{name}` that restwell added"))
                .command(nearest.as_deref().map(|near| typed.clone().with_other(name, near)))
        }
        Unsuitable::Referred { name, by, is_past } => {
            let what = if *is_past { format!("a migration of `{by}`") } else { format!("`{by}`") };
            told(format!("`{name}` cannot be removed: {what} refers to it")).command(typed.clone().with_other(name, by))
        }
    }
}

fn invalid(resource: &str, mistake: &Mistake, typed: &CommandLine) -> Words {
    let words = told(format!("the resource `{resource}` is not valid")).because(why(mistake));
    match mistake {
        Mistake::Kind { field, word, nearest: Some(nearest) } => {
            let other = field.replacen(&format!(":{word}"), &format!(":{nearest}"), 1);
            words.command(with_words(typed, &|part| (part == field).then(|| other.clone())))
        }
        Mistake::Kind { .. } => words.help(format!("types: {}, ref:RESOURCE", Kind::WORDS.join(", "))),
        Mistake::Empty | Mistake::Field(_) => words.help(
            "a field is NAME:TYPE or ref:RESOURCE, such as `number:string!` or `ref:products`; `?` makes it optional, `!` \
             unique",
        ),
        Mistake::Name(name) | Mistake::Reserved(name) => renamed(words, name, mistake, typed),
        Mistake::Singular(name) | Mistake::Module(name) => renamed(words, name, mistake, typed),
        Mistake::Type { name, .. } | Mistake::Schema { name, .. } => renamed(words, name, mistake, typed),
        Mistake::Unknown { name, nearest: Some(nearest) } => {
            words.command(with_words(typed, &|part| referring(part, name, nearest)))
        }
        Mistake::Unknown { .. } => words.help("add that resource first, or leave the reference out"),
        Mistake::Later { name, by } => words.help(format!("the order matters: add `{name}` before `{by}`")),
        Mistake::Circular(_) => {
            words.help("leave a reference out: a resource cannot refer to itself, directly or through others")
        }
        Mistake::Twice(_) => words.help("leave one of them out, or give it another name"),
        Mistake::Own(_) => words.help("leave it out: responses have it already"),
        Mistake::UniqueBool(field) => {
            let other = field.replace('!', "");
            words.command(with_words(typed, &|part| (part == field).then(|| other.clone())))
        }
        Mistake::Unfilled(field) => {
            let optional = optional(field);
            let help = format!("add `{optional}`, give each row a value in a migration of yours, then ask for `{field}`");
            words.help(help).command(instead(typed, field, &optional))
        }
        Mistake::Retyped { field, before } => {
            let help = format!("keep `{before}`, or give the new field another name");
            words.help(help).command(instead(typed, field, before))
        }
    }
}

/// With the command that has another name for a resource or a field, or with the advice to choose one.
fn renamed(words: Words, name: &str, mistake: &Mistake, typed: &CommandLine) -> Words {
    let for_resource = resource::for_resource(mistake).filter(|other| can_be_added(other));
    let for_field = resource::for_field(mistake);
    let other = |part: &str| match part.strip_prefix(name) {
        Some("") => for_resource.clone(),
        Some(kind) if kind.starts_with(':') => for_field.as_ref().map(|field| format!("{field}{kind}")),
        _ => referring(part, name, for_resource.as_deref()?),
    };
    match with_words(typed, &other) {
        Some(line) => words.command(line),
        None => words.help("choose another name"),
    }
}

/// Whether every project can have a resource of this name.
fn can_be_added(name: &str) -> bool {
    Resource::parse(name, ["a:int"]).is_ok_and(|resource| check_resources(&[resource]).is_ok())
}

/// The field, if it refers to the resource, with a reference to another: `ref:products?` for `ref:product?`.
fn referring(field: &str, name: &str, other: &str) -> Option<String> {
    let plain = field.trim_end_matches(['?', '!']);
    let start = plain.strip_suffix(name)?;
    (start == "ref:" || start.ends_with(":ref:")).then(|| format!("{start}{other}{}", &field[plain.len()..]))
}

/// The command with other words for resources and fields: after `generate resource`, or in `--resource` of `new`.
fn with_words(typed: &CommandLine, other: &dyn Fn(&str) -> Option<String>) -> Option<CommandLine> {
    let kind = if typed.command() == Some("generate") { 2 } else { usize::MAX };
    typed.clone().with_words(kind, "--resource", other)
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
        Mistake::Module(name) => format!("projects have a module or a table `{name}` of their own"),
        Mistake::Singular(name) => format!("`{name}` is not a noun in the plural, such as `orders`"),
        Mistake::Type { name, type_name } => {
            let a = article(type_name);
            format!(
                "one of the `{name}` would be {a} `{type_name}`, and the code of a resource uses a type of that name"
            )
        }
        Mistake::Field(field) => format!("`{field}` is not a field"),
        Mistake::Kind { field, word, .. } => format!("`{word}` in `{field}` is not a type"),
        Mistake::Twice(name) => format!("`{name}` is given twice"),
        Mistake::Own(name) => format!("every table has a column `{name}`"),
        Mistake::Schema { name, other, schema } => {
            format!("`{name}` and `{other}` would both have a schema `{schema}` in `openapi.json`")
        }
        Mistake::UniqueBool(field) => format!("`{field}`: a unique bool allows only two rows"),
        Mistake::Unknown { name, .. } => format!("there is no resource `{name}` to refer to"),
        Mistake::Later { name, by } => format!("`{by}` refers to `{name}`, which is added after it"),
        Mistake::Empty => "it has no field".to_owned(),
        Mistake::Circular(name) => format!("`{name}` would refer to itself"),
        Mistake::Unfilled(field) => format!("rows that exist would have no value for the new field `{field}`"),
        Mistake::Retyped { field, before } => {
            format!("not every value of `{before}` is one of `{field}`, and rows that exist keep theirs")
        }
    }
}
