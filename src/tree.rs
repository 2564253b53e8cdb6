//! A project in memory: every path with its bytes.
//!
//! A dry run, `--show`, snapshots, checks and writing all use the same `Tree`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};

/// The file of every project that records its stack, in the format of an answers file.
pub const RECEIPT: &str = "restwell.toml";

/// The folder of every project with what restwell needs to change the project later. The digest leaves it out.
pub const BASE_FOLDER: &str = ".restwell";

/// One file of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its content: text has LF line ends and one final newline.
    pub bytes: Vec<u8>,
    /// Whether it is executable.
    pub executable: bool,
    /// Its origin: `cache=memory`, or `base` if every project has it.
    pub from: String,
}

impl File {
    /// The SHA-256 of the content, in hexadecimal.
    pub fn sha256(&self) -> String {
        sha256(&self.bytes)
    }
}

/// Files by path, relative to the project, in byte order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<Utf8PathBuf, File>,
}

/// A bug in Restwell, found while rendering.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Bug(pub String);

impl Tree {
    /// Adds a file.
    ///
    /// # Errors
    /// [`Bug`] if the path is taken or leads out of the project.
    pub fn add(&mut self, path: Utf8PathBuf, file: File) -> Result<(), Bug> {
        if path.components().any(|part| !matches!(part, camino::Utf8Component::Normal(_))) {
            return Err(Bug(format!("`{path}` leads out of the project")));
        }
        if let Some(first) = self.files.get(&path) {
            return Err(Bug(format!("`{path}` comes from both `{}` and `{}`", first.from, file.from)));
        }
        self.files.insert(path, file);
        Ok(())
    }

    /// Replaces the text of a file.
    ///
    /// # Errors
    /// [`Bug`] if there is no such file.
    pub fn rewrite(&mut self, path: &Utf8Path, text: String) -> Result<(), Bug> {
        let file = self.files.get_mut(path).ok_or_else(|| Bug(format!("there is no `{path}` to rewrite")))?;
        file.bytes = text.into_bytes();
        Ok(())
    }

    /// The files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = (&Utf8Path, &File)> {
        self.files.iter().map(|(path, file)| (path.as_path(), file))
    }

    /// The file at `path`.
    pub fn get(&self, path: impl AsRef<Utf8Path>) -> Option<&File> {
        self.files.get(path.as_ref())
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether the tree is empty.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// One SHA-256 over every path, mode and content, `.restwell` aside: the same stack always has the same digest.
    pub fn digest(&self) -> String {
        let mut lines = String::new();
        for (path, file) in self.files().filter(|(path, _)| !path.starts_with(BASE_FOLDER)) {
            digest_line(&mut lines, path, file.executable, &file.sha256());
        }
        sha256(lines.as_bytes())
    }
}

/// Appends what one file contributes to a digest.
pub(crate) fn digest_line(lines: &mut String, path: &Utf8Path, executable: bool, sha256: &str) {
    writeln!(lines, "{path}\0{}\0{sha256}", u8::from(executable)).expect("a String takes every write");
}

/// The SHA-256 of `bytes`, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { bytes: text.into(), executable: false, from: "base".into() }
    }

    #[test]
    fn a_path_is_taken_once_and_stays_inside() {
        let mut tree = Tree::default();
        tree.add("src/main.rs".into(), file("")).expect("free");
        assert!(tree.add("src/main.rs".into(), file("")).is_err());
        assert!(tree.add("../main.rs".into(), file("")).is_err());
        assert!(tree.add("/etc/passwd".into(), file("")).is_err());
    }

    #[test]
    fn the_digest_sees_path_mode_and_content() {
        let digest = |path: &str, file: File| {
            let mut tree = Tree::default();
            tree.add(path.into(), file).expect("free");
            tree.digest()
        };
        let one = digest("a", file("1"));
        assert_eq!(one, digest("a", file("1")));
        assert_ne!(one, digest("b", file("1")));
        assert_ne!(one, digest("a", file("2")));
        assert_ne!(one, digest("a", File { executable: true, ..file("1") }));
    }
}
