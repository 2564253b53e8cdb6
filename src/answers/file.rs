//! The answers file: TOML with one key per choice, plus [`EXTRA_KEYS`]. Every value is a string; an unknown key is an
//! error.

use std::ops::Range;

use glob::Pattern;
use toml_edit::{Array, Document, Item, Table, TableLike, Value};

use super::{EXTRA_KEYS, FILES, Input, MINE, preset_words, words_of};
use crate::choice::Choice;
use crate::error::{AnswersFault, AnswersMistake, Error};
use crate::plan::check_resources;
use crate::preset::Preset;
use crate::resource::Resource;
use crate::spelling;
use crate::stack::{Answers, Origin};

impl Input {
    /// Reads every key and reports all mistakes in one error.
    pub(super) fn read_text(&mut self, text: &str, file: &str) -> Result<Answers, Error> {
        let line_of = |span: Option<Range<usize>>| {
            let before = text.get(..span.unwrap_or_default().start).unwrap_or_default();
            before.matches('\n').count() + 1
        };
        let wrong = |faults: Vec<AnswersFault>| Error::Answers { file: file.to_owned(), faults };
        let document = Document::parse(text).map_err(|error| {
            let what = AnswersMistake::Syntax(error.message().to_owned());
            wrong(vec![AnswersFault { line: line_of(error.span()), what }])
        })?;
        let mut answers = Answers::default();
        let mut faults = Vec::new();
        for (key, item) in document.iter() {
            let key_line = document.key(key).and_then(toml_edit::Key::span).or(item.span());
            if let Err(what) = self.read_key(key, item, &mut answers) {
                faults.push(AnswersFault { line: line_of(key_line), what });
            }
        }
        faults.sort_by_key(|fault| fault.line);
        if faults.is_empty() { Ok(answers) } else { Err(wrong(faults)) }
    }

    /// Reads one key. A preset or name from the environment takes precedence.
    fn read_key(&mut self, key: &str, item: &Item, answers: &mut Answers) -> Result<(), AnswersMistake> {
        let choice = Choice::named(key);
        if choice.is_none() && !EXTRA_KEYS.contains(&key) {
            let known = Choice::ALL.iter().map(|choice| choice.id()).chain(EXTRA_KEYS.iter().copied());
            let nearest = spelling::nearest(key, known).map(str::to_owned);
            return Err(AnswersMistake::Key { key: key.to_owned(), nearest });
        }
        if key == "resource" {
            self.resources = resources(item)?;
            return Ok(());
        }
        if key == FILES {
            self.mine = mine(item)?;
            return Ok(());
        }
        let word =
            item.as_str().ok_or_else(|| AnswersMistake::Syntax(format!("`{key}` is {}, not a string", kind(item))))?;
        let unknown = |allowed| AnswersMistake::Value { key: key.to_owned(), word: word.to_owned(), allowed };
        match (choice, key) {
            (Some(choice), _) => {
                answers.set(choice.parse(word).ok_or_else(|| unknown(words_of(choice)))?, Origin::File);
            }
            (None, "preset") => {
                let preset = Preset::named(word).ok_or_else(|| unknown(preset_words()))?;
                self.preset.get_or_insert(preset.id);
            }
            (None, "name") => drop(self.name.get_or_insert_with(|| word.to_owned())),
            (None, _) => self.written_by = Some(word.to_owned()),
        }
        Ok(())
    }
}

/// The resources of an array of tables, each with a name, a list of fields, and the lists that were before, if there are
/// any.
fn resources(item: &Item) -> Result<Vec<Resource>, AnswersMistake> {
    let shape = || {
        let shape = "`[[resource]]` has a `name`, a list `fields` and, once it was changed, a list of such lists `was`, all of \
                     strings";
        AnswersMistake::Syntax(shape.to_owned())
    };
    let one = |table: &Table| {
        let name = table.get("name").and_then(Item::as_str).ok_or_else(shape)?;
        let fields = table.get("fields").and_then(Item::as_array).and_then(strings).ok_or_else(shape)?;
        let was = table.get("was").map(|was| {
            let lists = was.as_array().ok_or_else(shape)?.iter();
            lists.map(|list| list.as_array().and_then(strings).ok_or_else(shape)).collect::<Result<Vec<_>, _>>()
        });
        let was = was.transpose()?;
        if table.len() > 2 + usize::from(was.is_some()) {
            return Err(shape());
        }
        let lists: Vec<Vec<&str>> = [fields].into_iter().chain(was.unwrap_or_default()).collect();
        Resource::parse_all(name, lists.into_iter()).map_err(AnswersMistake::Resource)
    };
    let tables = item.as_array_of_tables().ok_or_else(shape)?;
    let resources = tables.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    check_resources(&resources).map_err(AnswersMistake::Resource)?;
    Ok(resources)
}

/// The strings of a list; `None` if one of its values is another.
fn strings(list: &Array) -> Option<Vec<&str>> {
    list.iter().map(Value::as_str).collect()
}

/// The patterns of the table `files`.
fn mine(item: &Item) -> Result<Vec<Pattern>, AnswersMistake> {
    let wrong =
        |key: &str, item: &Item, wanted| AnswersMistake::Syntax(format!("`{key}` is {}, not {wanted}", kind(item)));
    let table = item.as_table_like().ok_or_else(|| wrong(FILES, item, "a table"))?;
    let known = format!("{FILES}.{MINE}");
    if let Some((key, _)) = TableLike::iter(table).find(|(key, _)| *key != MINE) {
        return Err(AnswersMistake::Key { key: format!("{FILES}.{key}"), nearest: Some(known) });
    }
    let Some(list) = table.get(MINE) else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(|| wrong(&known, list, "a list of paths"))?;
    let pattern = |value: &Value| {
        let text = value
            .as_str()
            .ok_or_else(|| AnswersMistake::Syntax(format!("`{known}` has an entry that is no string")))?;
        Pattern::new(text).map_err(|error| AnswersMistake::Syntax(format!("`{text}` is not a pattern: {}", error.msg)))
    };
    list.iter().map(pattern).collect()
}

fn kind(item: &Item) -> &'static str {
    match item.type_name() {
        "string" => "a string",
        "integer" => "an integer",
        "array" => "an array",
        "table" | "inline table" => "a table",
        "array of tables" => "an array of tables",
        "boolean" => "a boolean",
        "float" => "a float",
        _ => "a date",
    }
}
