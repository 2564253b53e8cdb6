//! The resources of an answers file: `[[resource]]`, each with a name, a list of fields, and the lists that were before,
//! if there are any.

use std::ops::Range;

use toml_edit::{Array, Item, Key, Table, Value};

use super::Wrong;
use crate::error::AnswersMistake;
use crate::plan::check_resources;
use crate::resource::{Mistake, Resource};

/// The keys of a resource.
const KEYS: [&str; 3] = ["name", "fields", "was"];

/// The resources of an array of tables.
pub(super) fn read(item: &Item) -> Result<Vec<Resource>, Wrong> {
    let tables = item.as_array_of_tables().ok_or_else(|| shape(item.span()))?;
    let mut resources = Vec::new();
    // The first one that cannot be with those before it.
    let mut first_wrong = None;
    for table in tables {
        resources.push(one(table)?);
        if check_resources(&resources).is_err() {
            first_wrong.get_or_insert(table);
        }
    }
    match check_resources(&resources) {
        Ok(()) => Ok(resources),
        Err(what) => {
            let span = first_wrong.and_then(|table| match &what {
                Mistake::Unknown { name, .. } | Mistake::Later { name, .. } | Mistake::Circular(name) => {
                    reference(table, name).or_else(|| span_of(table, "fields"))
                }
                _ => span_of(table, "name"),
            });
            Err(Wrong { span, what: AnswersMistake::Resource(what) })
        }
    }
}

fn one(table: &Table) -> Result<Resource, Wrong> {
    let of = |key: &str| shape(span_of(table, key).or_else(|| table.span()));
    if let Some((key, _)) = table.iter().find(|(key, _)| !KEYS.contains(key)) {
        return Err(shape(table.key(key).and_then(Key::span)));
    }
    let name = table.get("name").and_then(Item::as_str).ok_or_else(|| of("name"))?;
    let fields = strings(table.get("fields").and_then(Item::as_array).ok_or_else(|| of("fields"))?)?;
    let mut lists = vec![fields];
    if let Some(was) = table.get("was") {
        for list in was.as_array().ok_or_else(|| of("was"))? {
            lists.push(strings(list.as_array().ok_or_else(|| shape(list.span()))?)?);
        }
    }
    let texts = lists.iter().map(|list| list.iter().map(|(text, _)| *text));
    Resource::parse_all(name, texts).map_err(|what| {
        let is_wrong = |text: &str| Resource::parse("orders", [text]).is_err();
        let field = lists.iter().flatten().find(|(text, _)| is_wrong(text)).and_then(|(_, span)| span.clone());
        let is_name = Resource::parse(name, ["a:int"]).is_err();
        let span = if is_name { span_of(table, "name") } else { field.or_else(|| span_of(table, "fields")) };
        Wrong { span, what: AnswersMistake::Resource(what) }
    })
}

/// A string with its part of the file.
type Spanned<'a> = (&'a str, Option<Range<usize>>);

/// The strings of a list.
fn strings(list: &Array) -> Result<Vec<Spanned<'_>>, Wrong> {
    match list.iter().find(|value| !value.is_str()) {
        Some(other) => Err(shape(other.span())),
        None => Ok(list.iter().filter_map(|value| Some((value.as_str()?, value.span()))).collect()),
    }
}

/// The field of a table that refers to a resource.
fn reference(table: &Table, name: &str) -> Option<Range<usize>> {
    let refers = |value: &&Value| {
        let text = value.as_str().unwrap_or_default().trim_end_matches(['?', '!']);
        text.rsplit_once("ref:").is_some_and(|(_, referred)| referred == name)
    };
    table.get("fields")?.as_array()?.iter().find(refers)?.span()
}

fn span_of(table: &Table, key: &str) -> Option<Range<usize>> {
    table.get(key).and_then(Item::span)
}

/// The mistake that a resource has another shape.
fn shape(span: Option<Range<usize>>) -> Wrong {
    let shape = "`[[resource]]` has a `name`, a list `fields` and, once it was changed, a list of such lists `was`, all of strings";
    Wrong { span, what: AnswersMistake::Syntax(shape.to_owned()) }
}
