//! A project that exists: its base, the edits of its user since then, and what this version of restwell would change.
//!
//! Nothing here writes: changes are data.

mod check;
mod edit;
mod format;
mod history;
mod lock;
mod merging;
mod mine;
mod outside;
mod patch;
mod typed;

use std::iter;

use camino::{Utf8Path, Utf8PathBuf};
use toml_edit::Document;

use crate::answers::Input;
use crate::base::{BASE, Base, Entry};
use crate::disk::{Content, Root};
use crate::error::{Error, Misuse, Unsuitable};
use crate::merge::{self, File, Files};
use crate::name::{self, Name};
use crate::plan::Plan;
use crate::resource::Resource;
use crate::stack::{Answers, Origin, Resolution, Stack};
use crate::tree::{RECEIPT, Tree};

pub use check::{Checked, Depth, check};
pub use edit::{Edit, Kind, has_hash, rendered};
pub use history::{inverse, is_to_take_back, last_made, last_undone, made_since};
pub use merging::Merging;
pub use patch::Patch;

/// A project and what was last applied to it.
#[derive(Debug)]
pub struct Project {
    /// Where it is.
    pub root: Root,
    /// What was last applied to it.
    pub base: Base,
    /// The name of its package.
    pub name: String,
    /// Its `restwell.toml`, as it is now.
    pub receipt: Input,
    /// Whether it has a `restwell.toml`.
    has_receipt: bool,
}

/// What a project is to be.
#[derive(Debug)]
pub struct Wanted {
    /// Its choices.
    pub resolution: Resolution,
    /// Its resources, without products.
    pub resources: Vec<Resource>,
}

impl Project {
    /// Reads the project around the working directory.
    ///
    /// # Errors
    /// There is none, its base does not match, or its `restwell.toml` has mistakes.
    pub fn open() -> Result<Self, Error> {
        Self::at(Root::find()?)
    }

    /// Reads the project at a root.
    ///
    /// # Errors
    /// As [`Project::open`].
    pub fn at(root: Root) -> Result<Self, Error> {
        let base = stored(&root, None)?.ok_or(Error::NoProject)?;
        Self::with_base(root, base)
    }

    /// Reads the project at a root, whose base is the project in a directory: one that the version that was applied
    /// rendered from the same choices.
    ///
    /// # Errors
    /// As [`Project::open`], and if there is no project in the directory.
    pub fn based_on(directory: &Utf8Path, root: Root) -> Result<Self, Error> {
        let rendered = Root::given(directory)?;
        if let Some(base) = stored(&rendered, Some(directory))? {
            return Self::with_base(root, base);
        }
        let Some(text) = text(&rendered, RECEIPT)? else {
            return Err(Error::Usage(Misuse::NoBase { directory: directory.to_string(), without: RECEIPT }));
        };
        let receipt = Input::of_receipt(&text).map_err(|error| match error {
            Error::Answers { faults, .. } => Error::Answers { file: directory.join(RECEIPT).into_string(), faults },
            other => other,
        })?;
        let resolution = Stack::resolve(&receipt.answers);
        let stack =
            resolution.map_err(|conflict| Error::Conflict { conflict, answers: receipt.answers.clone() })?.stack;
        let files = rendered.files()?;
        let files = files.iter().map(|(path, file)| (path.as_path(), file.bytes.as_slice(), file.executable));
        let version = receipt.written_by.as_deref().unwrap_or("0.0.0");
        Self::with_base(root, Base::of_files(version, &stack, &receipt.resources, files))
    }

    fn with_base(root: Root, base: Base) -> Result<Self, Error> {
        let written = text(&root, RECEIPT)?;
        let has_receipt = written.is_some();
        let receipt = written.map(|text| Input::of_receipt(&text)).transpose()?.unwrap_or_default();
        let package = match &receipt.name {
            Some(name) => Some(name.clone()),
            None => text(&root, "Cargo.toml")?.and_then(|manifest| package_name(&manifest)),
        };
        let name = package.or(root.file_name().map(str::to_owned)).unwrap_or_default();
        // The name is written into scripts. That of a dependency is allowed: a later version may have added it.
        if let Err(fault) = Name::new(&name, iter::empty()) {
            let better = name::better(&name, iter::empty).unwrap_or_else(|| "shop-api".to_owned());
            return Err(Error::Name { name, fault, better, is_from_path: false });
        }
        Ok(Self { root, base, name, receipt, has_receipt })
    }

    /// The files of the project. Other checkouts in it are left out, except for files that restwell wrote there.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn files(&self) -> Result<Files, Error> {
        let known: Vec<&Utf8Path> = self.base.entries.keys().map(Utf8PathBuf::as_path).collect();
        self.root.files_with(&known)
    }

    /// What this version renders from a stack and resources.
    ///
    /// # Errors
    /// [`Error::Bug`]
    pub fn render(&self, stack: &Stack, resources: &[Resource]) -> Result<Tree, Error> {
        Ok(Plan::new(stack, &self.name).with(resources).render()?)
    }

    /// What this version renders from what was last applied.
    ///
    /// # Errors
    /// [`Error::Bug`]
    pub fn rendered(&self) -> Result<Tree, Error> {
        self.render(&self.base.stack, &self.base.resources)
    }

    /// What `answers` and the `restwell.toml` of the project ask for.
    ///
    /// # Errors
    /// As [`Project::asked`], and [`Error::Resource`] if a table cannot be changed to what is wanted.
    pub fn wanted(&self, answers: Answers) -> Result<Wanted, Error> {
        let resources = if self.has_receipt { &self.receipt.resources } else { &self.base.resources };
        Ok(Wanted { resolution: self.asked(answers)?, resources: self.changed(resources)? })
    }

    /// The resources that are wanted, with the fields that they had as they were applied: those have migrations.
    ///
    /// # Errors
    /// [`Error::Resource`] if a table cannot be changed to what is wanted.
    fn changed(&self, wanted: &[Resource]) -> Result<Vec<Resource>, Error> {
        let change = |wanted: &Resource| {
            let Some(applied) = self.base.resource(wanted.name()) else { return Ok(wanted.clone()) };
            let resource = wanted.name().to_owned();
            applied.changed_to(wanted).map_err(|mistake| Error::Resource(Unsuitable::Invalid { resource, mistake }))
        };
        wanted.iter().map(change).collect()
    }

    /// What was last applied, as what is wanted.
    ///
    /// # Errors
    /// [`Error::Conflict`] if this version has a rule against it.
    pub fn unchanged(&self) -> Result<Wanted, Error> {
        let applied: Answers = self.base.stack.values().map(|value| (value, Origin::Flag)).collect();
        let resolution = Stack::resolve(&applied).map_err(|conflict| Error::Conflict { conflict, answers: applied })?;
        Ok(Wanted { resolution, resources: self.base.resources.clone() })
    }

    /// The stack that `answers` and the `restwell.toml` of the project ask for. Other values stay as they are, unless a
    /// rule forbids them beside those.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the values that are asked for exclude each other.
    pub fn asked(&self, answers: Answers) -> Result<Resolution, Error> {
        let applied: Answers = self.base.stack.values().map(|value| (value, Origin::Preset)).collect();
        let written = self.base.stack.values().filter_map(|value| self.receipt.answers.get(value.choice()));
        let changed: Answers = written.filter(|(value, _)| self.base.stack.get(value.choice()) != *value).collect();
        let answers = answers.or(&changed).or(&applied);
        Stack::resolve(&answers).map_err(|conflict| Error::Conflict { conflict, answers })
    }

    /// The content of a file of the base, if it is known: only a hash is kept of some, and `render` or the project may
    /// have the file with that hash.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn applied(&self, path: &Utf8Path, render: &Tree) -> Result<Option<File>, Error> {
        match self.base.entries.get(path) {
            None | Some(Entry::Gone) => Ok(None),
            Some(&Entry::Text { ref bytes, executable, .. }) => Ok(Some(File { bytes: bytes.clone(), executable })),
            Some(Entry::Hash { sha256, executable }) => {
                let rendered = render.get(path).map(|file| file.bytes.clone());
                let present = match self.root.read(path)? {
                    Content::File(File { bytes, .. }) => Some(merge::with_lf(bytes)),
                    Content::Nothing | Content::Other { .. } => None,
                };
                let found =
                    [rendered, present].into_iter().flatten().find(|bytes| crate::tree::sha256(bytes) == *sha256);
                Ok(found.map(|bytes| File { bytes, executable: *executable }))
            }
        }
    }
}

/// The base that a project has, or the one in the directory that was given.
fn stored(root: &Root, directory: Option<&Utf8Path>) -> Result<Option<Base>, Error> {
    let directory = directory.map(Utf8Path::to_owned);
    match root.read(BASE.into())? {
        Content::File(File { bytes, .. }) => {
            Base::parse(&bytes).map(Some).map_err(|fault| Error::Base { directory, fault })
        }
        Content::Nothing | Content::Other { .. } => Ok(None),
    }
}

/// The text of a file, if there is one.
fn text(root: &Root, path: &str) -> Result<Option<String>, Error> {
    match root.read(path.into())? {
        Content::File(File { bytes, .. }) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Content::Nothing | Content::Other { .. } => Ok(None),
    }
}

fn package_name(manifest: &str) -> Option<String> {
    let document = Document::parse(manifest).ok()?;
    Some(document.get("package")?.get("name")?.as_str()?.to_owned())
}
