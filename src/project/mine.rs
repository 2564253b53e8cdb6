//! Files that are the user's: `[files] mine` in `restwell.toml`. Restwell neither compares nor changes them.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::{Project, rendered};
use crate::answers::{FILES, MINE};
use crate::disk::Sides;
use crate::error::{AnswersFault, AnswersMistake, Error};
use crate::merge::File;
use crate::pattern::Pattern;
use crate::tree::RECEIPT;

impl Project {
    /// Whether a file is the user's. `restwell.toml` never is: a change of a choice has to be written there.
    pub fn is_mine(&self, path: &Utf8Path) -> bool {
        path != RECEIPT && self.receipt.mine.iter().any(|pattern| pattern.matches(path))
    }

    /// Whether a pattern is among those of the user's files.
    pub fn has_entry(&self, entry: &str) -> bool {
        self.receipt.mine.iter().any(|pattern| pattern.as_str() == entry)
    }

    /// The patterns to add and those to remove so that of the `known` files those that are wanted are no longer the
    /// user's, and all others that are stay so.
    pub fn mine_without(
        &self,
        known: &BTreeSet<Utf8PathBuf>,
        is_wanted: &dyn Fn(&Utf8Path) -> bool,
    ) -> (Vec<String>, Vec<String>) {
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for pattern in &self.receipt.mine {
            let matched = known.iter().filter(|path| *path != RECEIPT && pattern.matches(path));
            let (wanted, others): (BTreeSet<&Utf8PathBuf>, BTreeSet<&Utf8PathBuf>) =
                matched.partition(|path| is_wanted(path));
            if !wanted.is_empty() {
                removed.push(pattern.to_string());
                added.extend(entries(&others, known, pattern.as_str().ends_with("**")));
            }
        }
        (added, removed)
    }

    /// The change of `restwell.toml`, or of the one that restwell renders if there is none, that adds and removes patterns,
    /// in `text` instead of what it has now if that is given; `None` if there is no change.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::InTheWay`], [`Error::Bug`]
    pub fn with_mine(
        &self,
        added: &[String],
        removed: &[String],
        text: Option<File>,
    ) -> Result<Option<(Utf8PathBuf, Sides)>, Error> {
        let old = self.root.read(RECEIPT.into())?.into_file()?;
        let mut patterns: Vec<String> = self.receipt.mine.iter().map(ToString::to_string).collect();
        let before = patterns.clone();
        patterns.retain(|pattern| !removed.contains(pattern));
        for pattern in added {
            if !patterns.contains(pattern) {
                patterns.push(pattern.clone());
            }
        }
        if patterns == before && text.is_none() {
            return Ok(None);
        }
        let File { bytes, executable } = match text.or(old.clone()) {
            Some(file) => file,
            // With the list of files alone it would ask for a project without resources.
            None => self.rendered()?.get(RECEIPT).map(rendered).unwrap_or_default(),
        };
        let new = with_patterns(&String::from_utf8_lossy(&bytes), &patterns)?;
        let new = Some(File { bytes: new.into_bytes(), executable });
        Ok(Some((RECEIPT.into(), Sides { old, new, mode: None })))
    }
}

/// The patterns for these files: of directories all of whose known files are among them, if they may be, or of each.
fn entries(files: &BTreeSet<&Utf8PathBuf>, known: &BTreeSet<Utf8PathBuf>, has_folders: bool) -> BTreeSet<String> {
    let is_whole =
        |folder: &Utf8Path| known.iter().filter(|path| path.starts_with(folder)).all(|path| files.contains(path));
    let entry = |file: &&Utf8PathBuf| {
        // From the file to the root, which has `restwell.toml`.
        let folders = file.ancestors().skip(1).filter(|folder| has_folders && !folder.as_str().is_empty());
        match folders.filter(|folder| is_whole(folder)).last() {
            Some(folder) => Pattern::everything_in(folder),
            None => Pattern::escape(file),
        }
    };
    files.iter().map(entry).collect()
}

/// The text of `restwell.toml` with these patterns and the line ends that it has; without any the table is removed.
fn with_patterns(text: &str, patterns: &[String]) -> Result<String, Error> {
    let mut document = parsed(text)?;
    if patterns.is_empty() {
        document.remove(FILES);
    } else {
        let mut list: Array = patterns.iter().map(String::as_str).collect();
        list.fmt();
        let table = document.entry(FILES).or_insert(Item::Table(Table::new()));
        if let Some(table) = table.as_table_like_mut() {
            table.insert(MINE, value(list));
        }
    }
    // A document is printed with LF.
    let has_crlf = text.split('\n').next().is_some_and(|line| line.ends_with('\r'));
    let printed = document.to_string().replace("\r\n", "\n");
    Ok(if has_crlf { printed.replace('\n', "\r\n") } else { printed })
}

/// The text of `restwell.toml` without the table about files: what a stack and a name render.
pub(super) fn without_files(text: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    document.remove(FILES)?;
    Some(document.to_string())
}

fn parsed(text: &str) -> Result<DocumentMut, Error> {
    text.parse().map_err(|error: toml_edit::TomlError| Error::Answers {
        file: RECEIPT.to_owned(),
        faults: vec![AnswersFault { line: 1, what: AnswersMistake::Syntax(error.message().to_owned()) }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_added_and_removed_without_a_trace() {
        let text = "# head\nname = \"shop\"\ncache = \"none\"\n";
        let with = with_patterns(text, &["ops/**".to_owned(), "README.md".to_owned()]).expect("TOML");
        assert_eq!(with, format!("{text}\n[files]\nmine = [\"ops/**\", \"README.md\"]\n"));
        assert_eq!(with_patterns(&with, &[]).expect("TOML"), text);
        assert_eq!(without_files(&with).as_deref(), Some(text));
        assert_eq!(without_files(text), None);
    }
}
