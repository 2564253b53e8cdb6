//! What a run of `new` did, or would do: the same data for a dry run and the real one.

use camino::Utf8PathBuf;
use serde_json::{Map, Value as Json, json};

use crate::choice::Value;
use crate::part::{Port, Service};
use crate::plan::Plan;
use crate::stack::{Answer, Moved, Resolution, Stack};
use crate::tree::Tree;
use crate::write::{Replaced, Surroundings};

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
    pub replay: String,
    /// Commands to go on with.
    pub next_steps: Vec<String>,
    /// Files of the user's that give way.
    pub replaced: Vec<Replaced>,
    /// Whether the project becomes a repository.
    pub git: Git,
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
            replay: String::new(),
            next_steps: plan.parts.next_steps.iter().map(|step| step.to_string()).collect(),
            replaced: Vec::new(),
            git: Git::Init,
        }
    }

    /// Says where the project does not join what is around it.
    pub fn surround(&mut self, Surroundings { repository, workspace }: &Surroundings) {
        if let Some(repository) = repository {
            self.warnings.push(format!("inside the git repository `{repository}`: no repository of its own is made"));
        }
        if let Some(workspace) = workspace {
            self.warnings.push(format!(
                "inside the cargo workspace `{workspace}`: the project is a workspace of its own and does not join it"
            ));
        }
    }

    /// For programs.
    pub fn json(&self) -> Json {
        let files = self.files.iter().map(
            |FileLine {
                 path,
                 size,
                 sha256,
                 from,
             }| {
                json!({ "path": path.as_str(), "size": size, "sha256": sha256, "from": from })
            },
        );
        let origins: Map<String, Json> =
            self.origins.iter().map(|(value, origin)| (value.choice().id().to_owned(), json!(origin.id()))).collect();
        let moved = self.moved.iter().map(|Moved { from, to, because }| {
            json!({ "choice": from.choice().id(), "from": from.id(), "to": to.id(), "because": because })
        });
        let services =
            self.services.iter().map(|Service { name, purpose }| json!({ "name": name, "purpose": purpose }));
        let ports = self.ports.iter().map(|Port { number, purpose }| json!({ "port": number, "purpose": purpose }));
        let replaced =
            self.replaced.iter().map(|Replaced { path, kept }| json!({ "path": path.as_str(), "kept": kept.as_str() }));
        let git = match &self.git {
            Git::Init => json!({ "init": true }),
            Git::Not(because) => json!({ "init": false, "because": because }),
        };
        json!({
            "name": self.name,
            "path": self.path.as_str(),
            "stack": stack_json(self.origins.iter().map(|&(value, _)| value)),
            "origins": origins,
            "moved": moved.collect::<Vec<_>>(),
            "files": files.collect::<Vec<_>>(),
            "digest": self.digest,
            "services": services.collect::<Vec<_>>(),
            "ports": ports.collect::<Vec<_>>(),
            "warnings": self.warnings,
            "replay": self.replay,
            "next_steps": self.next_steps,
            "replaced": replaced.collect::<Vec<_>>(),
            "git": git,
        })
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
        lines
    }

    /// For people: every file with its size and the choice it comes from.
    pub fn listing(&self) -> Vec<String> {
        let width = self.files.iter().map(|file| file.path.as_str().len()).max().unwrap_or_default();
        let line = |file: &FileLine| format!("  {:<width$}  {:>7}  {}", file.path.as_str(), file.size, file.from);
        self.files.iter().map(line).collect()
    }
}

/// The values of a stack as a JSON object.
pub fn stack_json(values: impl Iterator<Item = Value>) -> Json {
    values.map(|value| (value.choice().id().to_owned(), json!(value.id()))).collect::<Map<_, _>>().into()
}

/// The values of a stack as a JSON object.
pub fn of_stack(stack: &Stack) -> Json {
    stack_json(stack.values())
}
