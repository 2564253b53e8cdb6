//! A report as the JSON that `new --format json` prints.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{FileLine, Git, Report, Resumed, StayingFile, Stays};
use crate::choice::Value;
use crate::disk::Replaced;
use crate::part::{Port, Server};
use crate::proof::Proof;
use crate::stack::{Moved, Stack};

/// What `new` did or would do.
#[derive(Debug, serde::Serialize, JsonSchema)]
pub struct Data<'a> {
    /// The name of the project.
    name: &'a str,
    /// The path as typed.
    path: &'a str,
    /// The value of each choice.
    #[schemars(with = "BTreeMap<String, String>")]
    stack: StackData,
    /// The origin of each value: `flag`, `environment`, `answers file`, `prompt`, `preset` or `default`.
    #[schemars(with = "BTreeMap<String, String>")]
    origins: StackData,
    /// Values of a preset or defaults that were replaced because of a rule.
    moved: Vec<MovedData<'a>>,
    /// Each file.
    files: Vec<FileData<'a>>,
    /// One SHA-256 over all paths, modes and contents.
    digest: &'a str,
    /// Servers that run beside the project.
    services: Vec<ServiceData<'a>>,
    /// Ports that are listened on.
    ports: Vec<PortData<'a>>,
    /// Warnings.
    warnings: &'a [String],
    /// The command that generates the same project again, without prompts.
    replay: String,
    /// Commands to run next.
    next_steps: &'a [String],
    /// The user's files that were replaced, under `--force`.
    replaced: Vec<ReplacedData<'a>>,
    /// What an interrupted run left, which this run completed.
    resumed: Option<ResumedData>,
    /// Files of an earlier project with another stack, which are kept.
    stays: Option<StaysData<'a>>,
    /// Whether the project became a git repository.
    git: GitData<'a>,
    /// What was recorded when these files were compiled, before this version was built; null if it renders other files.
    proof: Option<&'a Proof>,
}

/// Pairs of words as an object whose keys keep their order.
#[derive(Clone, Debug)]
pub struct StackData(Vec<(&'static str, &'static str)>);

#[derive(Debug, serde::Serialize, JsonSchema)]
struct MovedData<'a> {
    choice: &'a str,
    from: &'a str,
    to: &'a str,
    because: &'a str,
}

#[derive(Debug, serde::Serialize, JsonSchema)]
struct FileData<'a> {
    path: &'a str,
    /// In bytes.
    size: usize,
    /// In hexadecimal.
    sha256: &'a str,
    /// The choice it comes from; `base` if every project has it.
    from: &'a str,
}

#[derive(Debug, serde::Serialize, JsonSchema)]
struct ServiceData<'a> {
    name: &'a str,
    purpose: &'a str,
}

#[derive(Debug, serde::Serialize, JsonSchema)]
struct PortData<'a> {
    port: u16,
    purpose: &'a str,
}

#[derive(Debug, serde::Serialize, JsonSchema)]
struct ReplacedData<'a> {
    path: &'a str,
    /// Where the user's file is kept.
    kept: &'a str,
}

#[derive(Debug, serde::Serialize, JsonSchema)]
struct ResumedData {
    /// How many of the files existed already.
    present: usize,
}

#[derive(Debug, serde::Serialize, JsonSchema)]
struct StaysData<'a> {
    /// The version of restwell that wrote that project.
    version: &'a str,
    files: Vec<StayingData<'a>>,
    /// The command that removes the unmodified ones.
    remove: Option<&'a str>,
}

#[derive(Debug, serde::Serialize, JsonSchema)]
struct StayingData<'a> {
    path: &'a str,
    /// Whether it is unmodified; null if another version wrote it.
    untouched: Option<bool>,
}

#[derive(Debug, serde::Serialize, JsonSchema)]
struct GitData<'a> {
    init: bool,
    /// The reason if it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<&'a str>,
}

impl StackData {
    /// Each choice with its value.
    pub fn of(values: impl Iterator<Item = Value>) -> Self {
        Self(values.map(|value| (value.choice().id(), value.id())).collect())
    }

    /// Each choice of a stack with its value.
    pub fn of_stack(stack: &Stack) -> Self {
        Self::of(stack.values())
    }

    /// The pairs.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.iter().copied()
    }
}

impl Serialize for StackData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'a> Data<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let Report {
            name,
            path,
            origins,
            moved,
            files,
            digest,
            dependencies: _,
            services,
            ports,
            warnings,
            replay,
            next_steps,
            replaced,
            resumed,
            stays,
            git,
            proof,
        } = report;
        Self {
            name,
            path: path.as_str(),
            stack: StackData::of(origins.iter().map(|&(value, _)| value)),
            origins: StackData(origins.iter().map(|(value, origin)| (value.choice().id(), origin.id())).collect()),
            moved: moved.iter().map(moved_data).collect(),
            files: files.iter().map(file_data).collect(),
            digest,
            services: services.iter().map(|&Server { name, purpose, .. }| ServiceData { name, purpose }).collect(),
            ports: ports.iter().map(|&Port { number, purpose }| PortData { port: number, purpose }).collect(),
            warnings,
            replay: replay.to_string(),
            next_steps,
            replaced: replaced.iter().map(replaced_data).collect(),
            resumed: resumed.map(|Resumed { present }| ResumedData { present }),
            stays: stays.as_ref().map(stays_data),
            proof: proof.as_ref(),
            git: match git {
                Git::Init => GitData { init: true, because: None },
                Git::Not(because) => GitData { init: false, because: Some(because) },
            },
        }
    }
}

fn moved_data(&Moved { from, to, because }: &Moved) -> MovedData<'static> {
    MovedData { choice: from.choice().id(), from: from.id(), to: to.id(), because }
}

fn file_data(FileLine { path, size, sha256, from }: &FileLine) -> FileData<'_> {
    FileData { path: path.as_str(), size: *size, sha256, from }
}

fn replaced_data(Replaced { path, kept }: &Replaced) -> ReplacedData<'_> {
    ReplacedData { path: path.as_str(), kept: kept.as_str() }
}

fn stays_data(Stays { version, files, remove }: &Stays) -> StaysData<'_> {
    let files = files
        .iter()
        .map(|StayingFile { path, is_untouched }| StayingData { path: path.as_str(), untouched: *is_untouched });
    StaysData { version, files: files.collect(), remove: remove.as_deref() }
}
