//! What a run of `new` did, or would do: the same data for a dry run and the real one.

mod data;

use camino::Utf8PathBuf;

use crate::command_line::CommandLine;
use crate::disk::{Replaced, Surroundings};
use crate::part::{Port, Service};
use crate::plan::Plan;
use crate::stack::{Answer, Moved, Resolution};
use crate::tree::Tree;

pub use data::{Data, StackData};

/// A project, described.
#[derive(Debug)]
pub struct Report {
    /// The name of the project.
    pub name: String,
    /// The path as typed.
    pub path: Utf8PathBuf,
    /// Each value and who gave it.
    pub origins: Vec<Answer>,
    /// Values that gave way.
    pub moved: Vec<Moved>,
    /// Each file.
    pub files: Vec<FileLine>,
    /// One SHA-256 over all of them.
    pub digest: String,
    /// Servers that run beside the project.
    pub services: Vec<Service>,
    /// Ports that are listened on.
    pub ports: Vec<Port>,
    /// What a user should know.
    pub warnings: Vec<String>,
    /// The command that makes the same project again.
    pub replay: CommandLine,
    /// Commands to go on with.
    pub next_steps: Vec<String>,
    /// Files of the user's that give way.
    pub replaced: Vec<Replaced>,
    /// What an interrupted run has left here, which this run completes.
    pub resumed: Option<Resumed>,
    /// Files of the project that was here before, which stay.
    pub stays: Option<Stays>,
    /// Whether the project becomes a repository.
    pub git: Git,
}

/// What an interrupted run has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// How many of the project's files are in place already.
    pub present: usize,
}

/// What stays of a project of another stack that was in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stays {
    /// The version of restwell that its `restwell.toml` names.
    pub version: String,
    /// The files, in the order of their paths.
    pub files: Vec<StayingFile>,
    /// The command that removes those that are untouched.
    pub remove: Option<String>,
}

/// A file that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StayingFile {
    /// Its path inside the project.
    pub path: Utf8PathBuf,
    /// Whether it is as restwell wrote it; unknown where another version did.
    pub is_untouched: Option<bool>,
}

/// A file of the project.
#[derive(Debug)]
pub struct FileLine {
    /// Its path inside the project.
    pub path: Utf8PathBuf,
    /// Its size in bytes.
    pub size: usize,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// The choice it comes from.
    pub from: String,
}

/// Whether the project becomes a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Git {
    /// `git init`.
    Init,
    /// Not, and why.
    Not(String),
}

impl Report {
    /// Describes a plan. What depends on the disk is added by the command.
    pub fn new(plan: &Plan<'_>, tree: &Tree, resolution: Resolution) -> Self {
        let Resolution { stack, moved, origins } = resolution;
        let files = tree.files().map(|(path, file)| FileLine {
            path: path.to_owned(),
            size: file.bytes.len(),
            sha256: file.sha256(),
            from: file.from.clone(),
        });
        Self {
            name: plan.name.to_owned(),
            path: Utf8PathBuf::new(),
            origins,
            moved,
            files: files.collect(),
            digest: tree.digest(),
            services: plan.parts.services.clone(),
            ports: plan.parts.ports.clone(),
            warnings: crate::rules::warnings(&stack).into_iter().map(str::to_owned).collect(),
            replay: CommandLine::default(),
            next_steps: plan.parts.next_steps.iter().map(|step| step.to_string()).collect(),
            replaced: Vec::new(),
            resumed: None,
            stays: None,
            git: Git::Init,
        }
    }

    /// Says where the project does not join what is around it.
    pub fn surround(&mut self, Surroundings { repository, workspace }: &Surroundings) {
        if let Some(repository) = repository {
            let repository = repository.display();
            self.warnings.push(format!("inside the git repository `{repository}`: no repository of its own is made"));
        }
        if let Some(workspace) = workspace {
            let workspace = workspace.display();
            self.warnings.push(format!(
                "inside the cargo workspace `{workspace}`: the project is a workspace of its own and does not join it"
            ));
        }
    }

    /// For programs.
    pub fn data(&self) -> Data<'_> {
        Data::of(self)
    }

    /// For people: the stack with the origin of each value, and what comes with it.
    pub fn summary(&self) -> Vec<String> {
        let bytes: usize = self.files.iter().map(|file| file.size).sum();
        let mut lines = vec![format!("{}: {} files, {} KiB", self.name, self.files.len(), bytes.div_ceil(1024))];
        for (value, origin) in &self.origins {
            lines.push(format!("  {:<12}{:<12}{}", value.choice().id(), value.id(), origin.id()));
        }
        for Moved { from, to, because } in &self.moved {
            lines.push(format!("  {from} gave way to {to}: {because}"));
        }
        lines.extend(self.services.iter().map(|Service { name, purpose }| format!("  service {name}: {purpose}")));
        lines.extend(self.ports.iter().map(|Port { number, purpose }| format!("  port {number}: {purpose}")));
        for Replaced { path, kept } in &self.replaced {
            lines.push(format!("  replaces {path}, kept as {kept}"));
        }
        if let Some(Resumed { present }) = self.resumed {
            lines.push(format!(
                "  an earlier run was interrupted here: {present} of {} files are in place, this run completes it",
                self.files.len()
            ));
        }
        lines.extend(self.stays.iter().flat_map(Stays::lines));
        lines
    }

    /// For people: every file with its size and the choice it comes from.
    pub fn listing(&self) -> Vec<String> {
        let width = self.files.iter().map(|file| file.path.as_str().len()).max().unwrap_or_default();
        let line = |file: &FileLine| format!("  {:<width$}  {:>7}  {}", file.path.as_str(), file.size, file.from);
        self.files.iter().map(line).collect()
    }
}

impl Stays {
    /// In one clause.
    pub fn summary(&self) -> String {
        format!("{} files of the project that restwell {} wrote here", self.files.len(), self.version)
    }

    /// For people: every file, and how to remove those that nobody changed.
    pub fn lines(&self) -> Vec<String> {
        let Self { version, files, remove } = self;
        let count = files.len();
        let mut lines = vec![format!("  {count} files of the project that restwell {version} wrote here stay")];
        lines.extend(files.iter().map(|StayingFile { path, is_untouched }| match is_untouched {
            Some(true) => format!("  stays {path}, as it was written"),
            Some(false) => format!("  stays {path}, changed since it was written"),
            None => format!("  stays {path}"),
        }));
        lines.extend(remove.iter().map(|remove| format!("  to remove those that nobody changed: {remove}")));
        lines
    }
}
