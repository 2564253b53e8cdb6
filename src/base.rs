//! The base of a project: its files as restwell last applied them, kept in the project as `.restwell/base`.
//!
//! Later commands compare and merge with it. It is text: a few lines of header, then one entry for each file, sorted by
//! path, with the length and the SHA-256 of what follows. [`Base::parse`] accepts exactly what [`Base::render`] writes.

mod parse;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::resource::Resource;
use crate::stack::Stack;
use crate::tree::{self, BASE_FOLDER, Bug, File, RECEIPT, Tree};
use crate::variants;
use crate::version::VERSION;

/// The path of the base inside a project.
pub const BASE: &str = ".restwell/base";

/// The format that this restwell reads and writes.
const FORMAT: &str = "restwell-base 1";

/// The start of a line with a resource.
const RESOURCE: &str = "resource ";

/// The digest of a base whose files are not all those of its version and its choices.
const MIXED: &str = "mixed";

/// Files that are computed again and never merged by line: the base holds only their hashes.
const RECOMPUTED: [&str; 3] = ["Cargo.lock", "openapi.json", RECEIPT];

/// Files beside the base. `-text` keeps git from converting line ends, which would change the lengths.
const COMPANIONS: [(&str, &str); 3] =
    [(".gitattributes", "base -text -diff linguist-generated\n"), (".gitignore", "undo/\n"), (".ignore", "*\n")];

/// What restwell last applied to a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The version that applied it.
    pub version: String,
    /// The choices that were applied.
    pub stack: Stack,
    /// The resources that were applied, without products.
    pub resources: Vec<Resource>,
    /// [`Tree::digest`] of the whole project; `None` if its files are not all those of its
    /// version and its choices.
    pub digest: Option<String>,
    /// An entry for each file.
    pub entries: BTreeMap<Utf8PathBuf, Entry>,
}

/// A file of the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The user deleted it, and it stays away.
    Gone,
    /// A file that is computed again: its SHA-256 in hexadecimal.
    Hash {
        /// Of the content.
        sha256: String,
        /// Whether it is executable.
        executable: bool,
    },
    /// A file with its content.
    Text {
        /// The content.
        bytes: Vec<u8>,
        /// Of the content.
        sha256: String,
        /// Whether it is executable.
        executable: bool,
        /// The version that applied it.
        version: String,
    },
}

/// Why a base cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It starts with another line: it is no base, or one of a newer restwell.
    Format,
    /// Its stack is not valid for this version.
    Stack(String),
    /// It has a resource that is not valid for this version.
    Resource(String),
    /// Git merged two bases, and left the marks of a conflict.
    Merged,
    /// A line that is not an entry.
    Line(usize),
    /// An entry whose content has another length or hash.
    Content(Utf8PathBuf),
    /// The entries do not give the digest.
    Digest,
}

impl Base {
    /// The resource of this name, as it was applied.
    pub fn resource(&self, name: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.name() == name)
    }

    /// The base of a project that this version renders from `stack` and `resources`.
    pub fn of(stack: &Stack, resources: &[Resource], tree: &Tree) -> Self {
        Self::of_files(
            VERSION,
            stack,
            resources,
            tree.files().map(|(path, file)| (path, file.bytes.as_slice(), file.executable)),
        )
    }

    /// The base of a project that another version rendered: each file with its content and whether it is executable.
    pub fn of_files<'a>(
        version: &str,
        stack: &Stack,
        resources: &[Resource],
        files: impl Iterator<Item = (&'a Utf8Path, &'a [u8], bool)>,
    ) -> Self {
        let entry = |(path, bytes, executable): (&Utf8Path, &[u8], bool)| {
            let sha256 = tree::sha256(bytes);
            let entry = if RECOMPUTED.contains(&path.as_str()) {
                Entry::Hash { sha256, executable }
            } else {
                Entry::Text { bytes: bytes.to_vec(), sha256, executable, version: version.to_owned() }
            };
            (path.to_owned(), entry)
        };
        let entries: BTreeMap<_, _> = files.map(entry).collect();
        let digest = digest(&entries);
        let (version, resources) = (version.to_owned(), resources.to_vec());
        Self { version, stack: *stack, resources, digest: Some(digest), entries }
    }

    /// The versions that applied files, other than the one that applied it last. Of a file that is computed again the
    /// version is not known.
    pub fn other_versions(&self) -> BTreeSet<&str> {
        let versions = self.entries.values().filter_map(Entry::version);
        versions.filter(|version| *version != self.version).collect()
    }

    /// The files beside the base, with their text.
    pub fn companions() -> impl Iterator<Item = (Utf8PathBuf, &'static str)> {
        COMPANIONS.into_iter().map(|(name, text)| (format!("{BASE_FOLDER}/{name}").into(), text))
    }

    /// The text of `.restwell/base`.
    pub fn render(&self) -> Vec<u8> {
        let Self { version, stack, resources, digest, entries } = self;
        let digest = digest.as_deref().unwrap_or(MIXED);
        let stack = variants::id(stack);
        let resources: String = resources.iter().map(|resource| format!("{RESOURCE}{resource}\n")).collect();
        let head = format!("{FORMAT}\nrestwell {version}\nstack {stack}\n{resources}digest {digest}\n");
        let mut text = head.into_bytes();
        for (path, entry) in entries {
            match entry {
                Entry::Gone => text.extend(format!("gone {path}\n").bytes()),
                Entry::Hash { sha256, executable } => {
                    text.extend(format!("hash {path} {sha256} {}\n", mode(*executable)).bytes());
                }
                Entry::Text { bytes, sha256, executable, version } => {
                    let (length, mode) = (bytes.len(), mode(*executable));
                    text.extend(format!("file {path} {length} {mode} {version} {sha256}\n").bytes());
                    text.extend(bytes);
                    text.push(b'\n');
                }
            }
        }
        text
    }

    /// Reads the text of `.restwell/base`.
    ///
    /// # Errors
    /// [`Fault`], also if a length or a hash does not match.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        parse::base(text)
    }

    /// Adds `.restwell` to the project.
    ///
    /// # Errors
    /// [`Bug`] if a template has one of the paths.
    pub fn add_to(&self, tree: &mut Tree) -> Result<(), Bug> {
        let companions = Self::companions().map(|(path, text)| (path, text.as_bytes().to_vec()));
        for (path, bytes) in companions.chain([(BASE.into(), self.render())]) {
            tree.add(path, File { bytes, executable: false, from: "base".to_owned() })?;
        }
        Ok(())
    }
}

impl Entry {
    /// The version that applied it, if that is known.
    fn version(&self) -> Option<&str> {
        match self {
            Self::Gone | Self::Hash { .. } => None,
            Self::Text { version, .. } => Some(version),
        }
    }

    /// The SHA-256 of the content, in hexadecimal, and whether the file is executable; `None` if it is gone.
    pub fn state(&self) -> Option<(&str, bool)> {
        match self {
            Self::Gone => None,
            Self::Hash { sha256, executable } | Self::Text { sha256, executable, .. } => Some((sha256, *executable)),
        }
    }
}

fn mode(executable: bool) -> &'static str {
    if executable { "755" } else { "644" }
}

/// [`Tree::digest`] of the tree that the entries describe.
fn digest(entries: &BTreeMap<Utf8PathBuf, Entry>) -> String {
    let states = entries.iter().filter_map(|(path, entry)| Some((path, entry.state()?)));
    let lines = states.fold(String::new(), |mut lines, (path, (sha256, executable))| {
        tree::digest_line(&mut lines, path, executable, sha256);
        lines
    });
    tree::sha256(lines.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::stack::Answers;

    fn standard() -> (Stack, Tree) {
        let stack = Stack::resolve(&Answers::default()).expect("the defaults are valid").stack;
        (stack, Plan::new(&stack, "shop-api").render().expect("it renders"))
    }

    #[test]
    fn a_base_is_read_as_it_was_written() {
        let (stack, tree) = standard();
        let mut base = Base::of(&stack, &[], &tree);
        assert_eq!(base.digest.as_deref(), Some(tree.digest().as_str()));
        assert_eq!(Base::parse(&base.render()).as_ref(), Ok(&base));
        base.entries.insert("Cargo.toml".into(), Entry::Gone);
        assert_eq!(Base::parse(&base.render()).as_ref(), Ok(&base), "the digest is that of the whole project");
        base.digest = None;
        assert_eq!(Base::parse(&base.render()).as_ref(), Ok(&base));
    }

    #[test]
    fn the_text_of_a_base() {
        let (stack, _) = standard();
        let mut tree = Tree::default();
        for (path, text) in [("Cargo.lock", "lock\n"), ("run.sh", "#!/bin/sh\n")] {
            let file = File { bytes: text.into(), executable: path == "run.sh", from: "base".into() };
            tree.add(path.into(), file).expect("free");
        }
        let mut base = Base::of(&stack, &[], &tree);
        base.entries.insert("gone.rs".into(), Entry::Gone);
        let text = String::from_utf8(base.render()).expect("text");
        let (lock, run) = (tree::sha256(b"lock\n"), tree::sha256(b"#!/bin/sh\n"));
        assert_eq!(
            text,
            format!(
                "restwell-base 1\nrestwell {VERSION}\nstack sqlite-memory-memory-none-none-prometheus-compose-github\n\
                 digest {}\nhash Cargo.lock {lock} 644\ngone gone.rs\nfile run.sh 10 755 {VERSION} {run}\n#!/bin/sh\n\n",
                tree.digest()
            )
        );
    }

    #[test]
    fn the_digest_leaves_the_base_out() {
        let (stack, mut tree) = standard();
        let digest = tree.digest();
        Base::of(&stack, &[], &tree).add_to(&mut tree).expect("no template has these paths");
        assert_eq!(tree.digest(), digest);
        assert!(tree.get(BASE).is_some());
    }
}
