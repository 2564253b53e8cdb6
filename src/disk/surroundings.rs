//! The git repository and the cargo workspaces around a target.
//!
//! Everything here uses the real path, with links and `..` resolved, as git and cargo do.

use std::fs;
use std::path::{Path, PathBuf};

use camino::Utf8PathBuf;
use glob::{MatchOptions, Pattern};
use toml_edit::{Document, Item, TableLike};

use super::{Site, State, read_bounded};
use crate::error::Membership;
use crate::git;
use crate::tree::Tree;

const MANIFEST: &str = "Cargo.toml";

/// The repository and the workspace around a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The nearest directory that is a git repository.
    pub repository: Option<PathBuf>,
    /// The nearest directory that is the root of a cargo workspace.
    pub workspace: Option<PathBuf>,
}

impl Site {
    /// The repository and the workspace around the target.
    pub fn surroundings(&self) -> Surroundings {
        let parents = || self.real.ancestors().skip(1);
        Surroundings {
            repository: parents().find(|path| is_repository(path)).map(Path::to_owned),
            workspace: parents().find(|path| Workspace::at(path).is_some()).map(Path::to_owned),
        }
    }

    /// The workspace around the target whose `members` match a directory of `tree`, if there is one. Cargo would then
    /// fail in that workspace, since a project is a workspace itself.
    pub fn membership(&self, tree: &Tree) -> Option<Membership> {
        let mut workspaces = self.real.ancestors().skip(1).filter_map(Workspace::at).peekable();
        workspaces.peek()?;
        let folders = self.folders(tree);
        let (membership, root) = workspaces.find_map(|workspace| Some((workspace.takes(&folders)?, workspace.root)))?;
        Some(Membership { elsewhere: self.beside(&root, tree), ..membership })
    }

    /// A free path for the project beside the workspace at `root`, or beside a workspace around that one.
    fn beside(&self, root: &Path, tree: &Tree) -> Option<Utf8PathBuf> {
        let (parent, name) = (root.parent()?, self.file_name()?);
        let here = fs::canonicalize(".").ok()?;
        let path: PathBuf = match here.strip_prefix(parent) {
            Ok(inside) => inside.components().map(|_| "..").chain([name]).collect(),
            Err(_) => parent.join(name),
        };
        let site = Site::survey(&Utf8PathBuf::from_path_buf(path).ok()?).ok()?;
        match site.membership(tree) {
            None => (site.state == State::Absent).then_some(site.path),
            Some(membership) => membership.elsewhere,
        }
    }

    /// Every directory that a run creates, the outermost first.
    fn folders(&self, tree: &Tree) -> Vec<PathBuf> {
        let above = self.real.ancestors().skip(1).take_while(|path| fs::symlink_metadata(path).is_err());
        let mut folders: Vec<PathBuf> = above.map(Path::to_owned).collect();
        folders.reverse();
        folders.push(self.real.clone());
        let inside = tree.files().flat_map(|(path, _)| path.ancestors().skip(1));
        folders.extend(inside.filter(|path| !path.as_str().is_empty()).map(|path| self.real.join(path)));
        folders
    }
}

/// Whether git treats `directory` as the top of a repository.
pub(super) fn is_repository(directory: &Path) -> bool {
    let at = directory.join(git::FOLDER);
    match fs::metadata(&at) {
        Ok(found) if found.is_dir() => has_history(&at),
        Ok(found) if found.is_file() => linked_repository(&at).is_some_and(|folder| has_history(&folder)),
        Ok(_) | Err(_) => false,
    }
}

/// The check of git itself: a `HEAD`, and either objects or a pointer to those of another work tree.
fn has_history(folder: &Path) -> bool {
    let has = |name: &str| fs::symlink_metadata(folder.join(name)).is_ok();
    has("HEAD") && ((has("objects") && has("refs")) || has("commondir"))
}

/// The folder that a `.git` file names, as in a submodule or a second work tree.
fn linked_repository(file: &Path) -> Option<PathBuf> {
    let text = fs::File::open(file).and_then(read_bounded).ok()?;
    let target = text.strip_prefix("gitdir:")?.trim();
    Some(file.parent()?.join(target))
}

/// The root of a cargo workspace.
struct Workspace {
    root: PathBuf,
    document: Document<String>,
}

impl Workspace {
    /// The workspace whose root `directory` is.
    fn at(directory: &Path) -> Option<Self> {
        let path = directory.join(MANIFEST);
        // Opening anything but a file, such as a named pipe, could block.
        let is_file = fs::metadata(&path).is_ok_and(|found| found.is_file());
        let text = is_file.then(|| fs::File::open(path).and_then(read_bounded).ok()).flatten()?;
        // Most manifests need not be parsed.
        let document = text.contains("workspace").then(|| Document::parse(text).ok()).flatten()?;
        let workspace = Self { root: directory.to_owned(), document };
        workspace.table().is_some().then_some(workspace)
    }

    fn table(&self) -> Option<&dyn TableLike> {
        self.document.get("workspace").and_then(Item::as_table_like)
    }

    fn list(&self, key: &str) -> Vec<String> {
        let array = self.table().and_then(|table| table.get(key)).and_then(Item::as_array);
        array.into_iter().flatten().filter_map(|entry| entry.as_str().map(str::to_owned)).collect()
    }

    /// Decides as cargo does: `exclude` compares path prefixes, and an entry of `members` that is a prefix overrides it.
    fn takes(&self, folders: &[PathBuf]) -> Option<Membership> {
        let (members, exclude) = (self.list("members"), self.list("exclude"));
        let starts = |folder: &Path, entries: &[String]| {
            entries.iter().any(|entry| folder.starts_with(lexical(&self.root.join(entry))))
        };
        let is_named = |folder: &Path| starts(folder, &members);
        let is_out = |folder: &Path| starts(folder, &exclude) && !is_named(folder);
        let (folder, member) = folders
            .iter()
            .filter(|folder| !is_out(folder))
            .find_map(|folder| Some((folder, members.iter().find(|member| self.is_match(member, folder))?)))?;
        let line = || self.exclude_line(folder, &exclude);
        Some(Membership {
            manifest: self.root.join(MANIFEST),
            member: member.clone(),
            exclude: (!is_named(folder)).then(line).flatten(),
            elsewhere: None,
        })
    }

    fn is_match(&self, member: &str, folder: &Path) -> bool {
        const OPTIONS: MatchOptions =
            MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };
        // The root is compared literally, even if its name contains wildcards.
        let Ok(inside) = folder.strip_prefix(&self.root) else { return false };
        let member = lexical(Path::new(member));
        let member = member.strip_prefix(&self.root).unwrap_or(&member);
        let pattern = member.to_str().and_then(|member| Pattern::new(member).ok());
        pattern.is_some_and(|pattern| pattern.matches_path_with(inside, OPTIONS))
    }

    /// The whole `exclude` line, including existing entries, in the syntax of this manifest.
    fn exclude_line(&self, folder: &Path, exclude: &[String]) -> Option<String> {
        let path = folder.strip_prefix(&self.root).ok()?.to_str()?;
        let entries: toml_edit::Array = exclude.iter().map(String::as_str).chain([path]).collect();
        let is_dotted = matches!(self.document.get("workspace"), Some(Item::Table(table)) if table.is_dotted());
        let key = if is_dotted { "workspace.exclude" } else { "exclude" };
        Some(format!("{key} = {entries}"))
    }
}

/// The path without `.` and `x/..`.
fn lexical(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => drop(plain.pop()),
            Component::Prefix(_) | Component::RootDir | Component::ParentDir | Component::Normal(_) => plain.push(part),
        }
    }
    plain
}
