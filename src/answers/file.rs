//! The answers file: TOML with one key per choice, plus [`EXTRA_KEYS`]. Every value is a string, except that `resource` is
//! an array of tables and `files` a table; an unknown key is an error.

mod resource;

use std::ops::Range;

use toml_edit::{Document, Item, Key, TableLike, Value};

use super::{EXTRA_KEYS, FILES, Input, MINE, preset_words, words_of};
use crate::choice::Choice;
use crate::error::{AnswersFault, AnswersMistake, Error};
use crate::pattern::Pattern;
use crate::preset::Preset;
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
            let key_span = document.key(key).and_then(Key::span).or(item.span());
            if let Err(Wrong { span, what }) = self.read_key(key, item, &mut answers) {
                faults.push(AnswersFault { line: line_of(span.or(key_span)), what });
            }
        }
        faults.sort_by_key(|fault| fault.line);
        if faults.is_empty() { Ok(answers) } else { Err(wrong(faults)) }
    }

    /// Reads one key. A preset or name from the environment takes precedence.
    fn read_key(&mut self, key: &str, item: &Item, answers: &mut Answers) -> Result<(), Wrong> {
        let choice = Choice::named(key);
        if choice.is_none() && !EXTRA_KEYS.contains(&key) {
            let known = Choice::ALL.iter().map(|choice| choice.id()).chain(EXTRA_KEYS.iter().copied());
            let nearest = spelling::nearest(key, known).map(str::to_owned);
            return Err(AnswersMistake::Key { key: key.to_owned(), nearest }.into());
        }
        if key == "resource" {
            self.resources = resource::read(item)?;
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

/// A mistake in the value of a key, and the part of the file that it is in; `None` is the key itself.
struct Wrong {
    span: Option<Range<usize>>,
    what: AnswersMistake,
}

impl From<AnswersMistake> for Wrong {
    fn from(what: AnswersMistake) -> Self {
        Self { span: None, what }
    }
}

/// The patterns of the table `files`.
fn mine(item: &Item) -> Result<Vec<Pattern>, Wrong> {
    let wrong = |key: &str, item: &Item, wanted| Wrong {
        span: item.span(),
        what: AnswersMistake::Syntax(format!("`{key}` is {}, not {wanted}", kind(item))),
    };
    let table = item.as_table_like().ok_or_else(|| wrong(FILES, item, "a table"))?;
    let known = format!("{FILES}.{MINE}");
    if let Some((key, _)) = TableLike::iter(table).find(|(key, _)| *key != MINE) {
        let what = AnswersMistake::Key { key: format!("{FILES}.{key}"), nearest: Some(known) };
        return Err(Wrong { span: table.key(key).and_then(Key::span), what });
    }
    let Some(list) = table.get(MINE) else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(|| wrong(&known, list, "a list of paths"))?;
    let pattern = |value: &Value| {
        let wrong = |what| Wrong { span: value.span(), what: AnswersMistake::Syntax(what) };
        let text = value.as_str().ok_or_else(|| wrong(format!("`{known}` has an entry that is no string")))?;
        Pattern::new(text).map_err(|error| wrong(format!("`{text}` is not a pattern: {error}")))
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
