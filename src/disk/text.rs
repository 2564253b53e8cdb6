//! Reading of small text files: answers files, manifests, receipts.

use std::fs;
use std::io::{self, ErrorKind, Read};

use camino::Utf8Path;

use crate::error::{Error, clause};

/// These files have a few lines; the limit keeps a path such as `/dev/zero` from being read for ever.
const LIMIT: u64 = 1 << 20;

/// A text file and the name that messages use for it.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// The path, or `standard input`.
    pub name: String,
    /// The content.
    pub text: String,
}

/// Reads an answers file; `-` is standard input.
///
/// # Errors
/// [`Error::AnswersUnreadable`], also for a file that is larger than a megabyte or not text.
pub fn read_answers(path: &Utf8Path) -> Result<TextFile, Error> {
    let is_stdin = path == "-";
    let name = if is_stdin { "standard input".to_owned() } else { path.to_string() };
    let text = if is_stdin { read_bounded(io::stdin()) } else { fs::File::open(path).and_then(read_bounded) };
    match text {
        Ok(text) => Ok(TextFile { name, text }),
        Err(error) => Err(Error::AnswersUnreadable {
            file: name,
            detail: match error.kind() {
                ErrorKind::NotFound => "there is no such file".to_owned(),
                ErrorKind::InvalidData => "it is not text".to_owned(),
                ErrorKind::IsADirectory => "it is a directory".to_owned(),
                _ => clause(&error),
            },
        }),
    }
}

/// The text of a file of at most a megabyte.
pub(super) fn read_bounded(source: impl Read) -> io::Result<String> {
    let mut text = String::new();
    let length = source.take(LIMIT + 1).read_to_string(&mut text)?;
    if length as u64 > LIMIT {
        return Err(io::Error::new(ErrorKind::FileTooLarge, "it is larger than a megabyte"));
    }
    Ok(text)
}
