//! The answers file: TOML whose keys are the choices. Every value is a string, every key is known.

use camino::Utf8Path;
use toml_edit::{Document, Item};

use super::{EXTRA_KEYS, Said, named, value};
use crate::choice::Choice;
use crate::error::{Error, Place};
use crate::spelling;
use crate::stack::{Answers, Origin};
use crate::write;

impl Said {
    pub(super) fn read_file(&mut self, path: &Utf8Path) -> Result<Answers, Error> {
        let file = if path == "-" { "standard input".to_owned() } else { path.to_string() };
        let text = write::read_answers(path).map_err(|error| Error::AnswersUnreadable {
            file: file.clone(),
            detail: match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                std::io::ErrorKind::InvalidData => "it is not text".to_owned(),
                std::io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
                _ => error.to_string(),
            },
        })?;
        self.read_text(&text, &file)
    }

    pub(super) fn read_text(&mut self, text: &str, file: &str) -> Result<Answers, Error> {
        let wrong = |line: usize, what: &str| Error::AnswersSyntax {
            file: file.to_owned(),
            detail: format!("line {line}: {what}"),
        };
        let line_of = |span: Option<std::ops::Range<usize>>| {
            let before = text.get(..span.unwrap_or_default().start).unwrap_or_default();
            before.matches('\n').count() + 1
        };
        let document = Document::parse(text).map_err(|error| wrong(line_of(error.span()), error.message()))?;
        let mut answers = Answers::default();
        for (key, item) in document.iter() {
            let choice = Choice::named(key);
            if choice.is_none() && !EXTRA_KEYS.contains(&key) {
                return Err(unknown_key(key, file));
            }
            let word = item
                .as_str()
                .ok_or_else(|| wrong(line_of(item.span()), &format!("`{key}` is {}, not a string", kind(item))))?;
            let place = || Place::Key { key: key.to_owned(), file: file.to_owned() };
            match (choice, key) {
                (Some(choice), _) => answers.set(value(choice, word, place)?, Origin::File),
                (None, "preset") => self.preset = Some(named(word, place)?.id),
                (None, "name") => self.name = Some(word.to_owned()),
                (None, _) => self.written_by = Some(word.to_owned()),
            }
        }
        Ok(answers)
    }
}

fn unknown_key(key: &str, file: &str) -> Error {
    let known = Choice::ALL.iter().map(|choice| choice.id()).chain(EXTRA_KEYS.iter().copied());
    let nearest = spelling::nearest(key, known).map(str::to_owned);
    Error::UnknownKey { key: key.to_owned(), file: file.to_owned(), nearest }
}

fn kind(item: &Item) -> &'static str {
    match item.type_name() {
        "integer" => "an integer",
        "array" => "an array",
        "table" | "inline table" => "a table",
        "array of tables" => "an array of tables",
        "boolean" => "a boolean",
        "float" => "a float",
        _ => "a date",
    }
}
