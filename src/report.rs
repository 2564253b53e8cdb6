//! What a run of `new` did or would do: the same data for a dry run and a real run.

mod data;

use camino::Utf8PathBuf;

use crate::command_line::CommandLine;
use crate::disk::{Replaced, Surroundings};
use crate::part::{Port, Server};
use crate::plan::Plan;
use crate::proof::Proof;
use crate::spelling::counted;
use crate::stack::{Answer, Moved, Resolution};
use crate::tree::Tree;

pub use data::{Data, StackData};

/// The description of a project.
#[derive(Debug)]
pub struct Report {
    /// The name of the project.
    pub name: String,
    /// The path as typed.
    pub path: Utf8PathBuf,
    /// Each value with its origin.
    pub origins: Vec<Answer>,
    /// Preset or default values that were replaced because of a rule.
    pub moved: Vec<Moved>,
    /// Each file.
    pub files: Vec<FileLine>,
    /// One SHA-256 over all of them.
    pub digest: String,
    /// How many crates it depends on directly.
    pub dependencies: usize,
    /// Servers that run beside the project.
    pub services: Vec<Server>,
    /// Ports that are listened on.
    pub ports: Vec<Port>,
    /// Warnings.
    pub warnings: Vec<String>,
    /// The command that generates the same project again.
    pub replay: CommandLine,
    /// Commands to run next.
    pub next_steps: Vec<String>,
    /// The user's files that are replaced.
    pub replaced: Vec<Replaced>,
    /// What an interrupted run left here, which this run completes.
    pub resumed: Option<Resumed>,
    /// Files of an earlier project with another stack, which are kept.
    pub stays: Option<Stays>,
    /// Whether the project becomes a git repository.
    pub git: Git,
    /// What was proved about the stack.
    pub proof: Option<Proof>,
}

/// What an interrupted run left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// How many of the project's files exist already.
    pub present: usize,
}

/// The files of an earlier project with another stack in the same directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stays {
    /// The version of restwell in its `restwell.toml`.
    pub version: String,
    /// The files, sorted by path.
    pub files: Vec<StayingFile>,
    /// The command that removes the unmodified ones.
    pub remove: Option<String>,
}

/// A file that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StayingFile {
    /// Its path inside the project.
    pub path: Utf8PathBuf,
    /// Whether it is unmodified; unknown if another version wrote it.
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

/// Whether the project becomes a git repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Git {
    /// `git init`.
    Init,
    /// Not, with the reason.
    Not(String),
}

impl Report {
    /// Describes a plan. The command adds what depends on the target.
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
            dependencies: plan.parts.manifest.normal().count(),
            services: plan.parts.servers.clone(),
            ports: plan.parts.ports.clone(),
            warnings: crate::rules::warnings(&stack).into_iter().map(str::to_owned).collect(),
            replay: CommandLine::default(),
            next_steps: plan.parts.next_steps.iter().map(|step| step.to_string()).collect(),
            replaced: Vec::new(),
            resumed: None,
            stays: None,
            git: Git::Init,
            proof: None,
        }
    }

    /// Adds a warning for each repository or workspace around the target.
    pub fn surround(&mut self, Surroundings { repository, workspace }: &Surroundings) {
        if let Some(repository) = repository {
            let repository = repository.display();
            self.warnings.push(format!("inside the git repository `{repository}`: no separate repository is created"));
        }
        if let Some(workspace) = workspace {
            let workspace = workspace.display();
            self.warnings.push(format!(
                "inside the cargo workspace `{workspace}`: the project is a separate workspace and does not join it"
            ));
        }
    }

    /// The report as JSON.
    pub fn data(&self) -> Data<'_> {
        Data::of(self)
    }

    /// The report as text: the stack with the origin of each value, services and ports.
    pub fn summary(&self) -> Vec<String> {
        let bytes: usize = self.files.iter().map(|file| file.size).sum();
        let mut lines =
            vec![format!("{}: {}, {} KiB", self.name, counted(self.files.len(), "file"), bytes.div_ceil(1024))];
        for (value, origin) in &self.origins {
            lines.push(format!("  {:<12}{:<12}{}", value.choice().id(), value.id(), origin.id()));
        }
        for Moved { from, to, because } in &self.moved {
            lines.push(format!("  {from} was replaced by {to}: {because}"));
        }
        lines.extend(self.services.iter().map(|Server { name, purpose, .. }| format!("  service {name}: {purpose}")));
        lines.extend(self.ports.iter().map(|Port { number, purpose }| format!("  port {number}: {purpose}")));
        for Replaced { path, kept } in &self.replaced {
            lines.push(format!("  replaces {path}, kept as {kept}"));
        }
        if let Some(Resumed { present }) = self.resumed {
            lines.push(format!(
                "  an earlier run was interrupted here: {present} of {} exist, this run completes the project",
                counted(self.files.len(), "file")
            ));
        }
        lines.extend(self.stays.iter().flat_map(Stays::lines));
        lines
    }

    /// Every file with its size and the choice it comes from, as text.
    pub fn listing(&self) -> Vec<String> {
        let width = self.files.iter().map(|file| file.path.as_str().len()).max().unwrap_or_default();
        let line = |file: &FileLine| format!("  {:<width$}  {:>7}  {}", file.path.as_str(), file.size, file.from);
        self.files.iter().map(line).collect()
    }
}

impl Stays {
    /// The files in one clause.
    pub fn summary(&self) -> String {
        format!("{} of the project that restwell {} wrote here", counted(self.files.len(), "file"), self.version)
    }

    /// Every file, and how to remove the unmodified ones, as text.
    pub fn lines(&self) -> Vec<String> {
        let Self { version, files, remove } = self;
        let count = counted(files.len(), "file");
        let mut lines = vec![format!("  keeps {count} of the project that restwell {version} wrote here")];
        lines.extend(files.iter().map(|StayingFile { path, is_untouched }| match is_untouched {
            Some(true) => format!("  keeps {path}, unmodified"),
            Some(false) => format!("  keeps {path}, modified"),
            None => format!("  keeps {path}"),
        }));
        lines.extend(remove.iter().map(|remove| format!("  to remove the unmodified files: {remove}")));
        lines
    }
}
