//! The plan of a merge, as text and as JSON.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::Serialize;

use super::lock::LockData;
use super::resource::{self, ResourceChange};
use crate::disk::Change;
use crate::error::Error;
use crate::merge::Step;
use crate::plan::Plan;
use crate::project::{Merging, Patch, Project, Wanted};
use crate::resource::Resource;
use crate::shell::{Format, Shell};
use crate::version::VERSION;

/// The length of a list of paths.
const LISTED: usize = 76;

/// What `set` or `update` changes; the same for a dry run.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Planned {
    /// The command.
    title: String,
    /// The version that was applied.
    from_version: String,
    /// The version that is applied now.
    to_version: &'static str,
    /// The choices that change.
    choices: Vec<Changed>,
    /// Resources that are added, each as its name and its fields.
    new_resources: Vec<String>,
    /// Resources that are removed, likewise.
    removed_resources: Vec<String>,
    /// Resources that get other fields.
    changed_resources: Vec<ResourceChange>,
    /// New files.
    added: Vec<String>,
    /// Files without edits that change.
    replaced: Vec<FileChange>,
    /// Files with edits that change.
    merged: Vec<FileChange>,
    /// Files without edits that are removed.
    deleted: Vec<String>,
    /// Files with edits in which restwell changes nothing.
    kept: Vec<String>,
    /// Files with edits that restwell no longer writes: they stay and are yours.
    released: Vec<String>,
    /// Files that you deleted, which are not written again.
    stay_away: Vec<Away>,
    /// Files that `--except` leaves as they are.
    excepted: Vec<String>,
    /// Files that are yours by `restwell.toml` and that restwell would change.
    mine: Vec<String>,
    /// What changes in `Cargo.lock`; null if nothing does.
    lock: Option<LockData>,
    /// Whether cargo has to resolve crates that you added to `Cargo.toml` and that no lock has.
    resolves: bool,
    /// Servers that the project needs now and did not need before.
    services: Vec<&'static str>,
    /// Environment variables that the service reads now and did not read before.
    settings: Vec<&'static str>,
    /// Your migrations for another database, which restwell does not rewrite.
    to_port: Vec<String>,
    /// Whether anything is written.
    #[serde(skip)]
    is_empty: bool,
}

/// A choice that changes.
#[derive(Debug, Serialize, JsonSchema)]
struct Changed {
    choice: &'static str,
    from: &'static str,
    to: &'static str,
    /// The rule that replaced the value, if it was not asked for.
    because: Option<&'static str>,
}

/// A file that changes.
#[derive(Debug, Serialize, JsonSchema)]
struct FileChange {
    path: String,
    /// `+12 −3` or `mode`.
    change: String,
}

/// A file that stays away.
#[derive(Debug, Serialize, JsonSchema)]
struct Away {
    path: String,
    /// The files to be written that contain its path.
    mentioned_in: Vec<String>,
}

impl Planned {
    pub(super) fn of(project: &Project, wanted: &Wanted, merging: &Merging, change: &Change) -> Self {
        let before = &project.base.stack;
        let Wanted { resolution, resources } = wanted;
        let stack = &resolution.stack;
        let names = |some: &[Resource], others: &[Resource]| {
            let has = |one: &&Resource| others.iter().any(|other| other.name() == one.name());
            some.iter().filter(|one| !has(one)).map(ToString::to_string).collect::<Vec<_>>()
        };
        let because =
            |choice| resolution.moved.iter().find(|moved| moved.to.choice() == choice).map(|moved| moved.because);
        let choices = stack.values().filter(|value| before.get(value.choice()) != *value).map(|to| Changed {
            choice: to.choice().id(),
            from: before.get(to.choice()).id(),
            to: to.id(),
            because: because(to.choice()),
        });
        let mut planned = Self {
            title: change.title.clone(),
            from_version: project.base.version.clone(),
            to_version: VERSION,
            choices: choices.collect(),
            new_resources: names(resources, &project.base.resources),
            removed_resources: names(&project.base.resources, resources),
            changed_resources: resource::changes_of(project, wanted, merging),
            added: Vec::new(),
            replaced: Vec::new(),
            merged: Vec::new(),
            deleted: Vec::new(),
            kept: Vec::new(),
            released: Vec::new(),
            stay_away: Vec::new(),
            excepted: merging.excepted.values().map(ToString::to_string).collect(),
            mine: mine(project, merging),
            lock: lock(merging),
            resolves: !change.files.is_empty() && !merging.is_locked(),
            services: Vec::new(),
            settings: Vec::new(),
            to_port: merging.to_port(project),
            is_empty: change.files.is_empty(),
        };
        for (path, step) in &merging.merge.steps {
            planned.add(path, step, change);
        }
        let [old, new] = [before, stack].map(|stack| Plan::new(stack, &project.name).parts);
        let had: BTreeSet<&str> = old.servers.iter().map(|server| server.name).collect();
        planned.services = new.servers.iter().map(|server| server.name).filter(|name| !had.contains(name)).collect();
        let had: BTreeSet<&str> = old.settings.iter().map(|setting| setting.name).collect();
        planned.settings = new.settings.iter().map(|setting| setting.name).filter(|name| !had.contains(name)).collect();
        planned
    }

    fn add(&mut self, path: &Utf8Path, step: &Step, change: &Change) {
        let file = || {
            let (old, new) = change.files.get(path).map(|sides| (sides.old.clone(), sides.new.clone()))?;
            let patch = Patch { path: path.to_owned(), old, new };
            Some(FileChange { path: path.to_string(), change: patch.summary() })
        };
        match step {
            Step::Add(_) => self.added.push(path.to_string()),
            Step::Replace(_) => self.replaced.extend(file()),
            Step::Merged(_) => self.merged.extend(file()),
            Step::Delete => self.deleted.push(path.to_string()),
            Step::Keep => self.kept.push(path.to_string()),
            Step::Release => self.released.push(path.to_string()),
            Step::StaysAway { mentioned_in } => self.stay_away.push(Away {
                path: path.to_string(),
                mentioned_in: mentioned_in.iter().map(ToString::to_string).collect(),
            }),
            Step::Same | Step::Yours | Step::Conflict(_) => {}
        }
    }

    /// Prints the plan as text.
    pub(super) fn say(&self, is_dry: bool, shell: &mut Shell) {
        let is_verbose = shell.is_verbose();
        for line in self.head().into_iter().chain(self.lists(is_verbose)).chain(self.notes()) {
            shell.say(line);
        }
        match (self.is_empty, is_dry) {
            (true, _) => shell.say("nothing to change"),
            (false, true) => shell.say("dry run: nothing was written"),
            (false, false) => {}
        }
    }

    /// Prints the plan as JSON, if that was asked for.
    pub(super) fn print(&self, command: &str, shell: &mut Shell) -> Result<(), Error> {
        if shell.options.format == Format::Json { shell.json(command, self) } else { Ok(()) }
    }

    fn head(&self) -> Vec<String> {
        let versions = match self.from_version == self.to_version {
            true => Vec::new(),
            false => vec![format!("restwell: {} → {}", self.from_version, self.to_version)],
        };
        let choices = self.choices.iter().map(|Changed { choice, from, to, because }| match because {
            Some(because) => format!("{choice}: {from} → {to}, since {because}"),
            None => format!("{choice}: {from} → {to}"),
        });
        let added = self.new_resources.iter().map(|resource| format!("resource: {resource}"));
        let removed = self.removed_resources.iter().map(|resource| format!("no resource: {resource}"));
        let changed = self.changed_resources.iter().map(ResourceChange::text);
        versions.into_iter().chain(choices).chain(added).chain(removed).chain(changed).collect()
    }

    fn lists(&self, is_verbose: bool) -> Vec<String> {
        let files = |changes: &[FileChange]| -> Vec<String> {
            let shown = |file: &FileChange| match is_verbose {
                true => format!("{}  {}", file.path, file.change),
                false => file.path.clone(),
            };
            changes.iter().map(shown).collect()
        };
        let away = self.stay_away.iter().map(|away| match away.mentioned_in.as_slice() {
            [] => away.path.clone(),
            files => format!("{} (mentioned in {})", away.path, files.join(", ")),
        });
        let lists = [
            ("+", "new", self.added.clone()),
            ("~", "replaced", files(&self.replaced)),
            ("≈", "merged", files(&self.merged)),
            ("−", "removed", self.deleted.clone()),
            ("=", "kept", self.kept.clone()),
            ("·", "yours now", self.released.clone()),
            ("∅", "stay away", away.collect()),
            ("×", "excepted", self.excepted.clone()),
            ("×", "mine", self.mine.clone()),
        ];
        let lists = lists.into_iter().filter(|(.., paths)| !paths.is_empty());
        lists.flat_map(|(sign, name, paths)| list(sign, name, &paths, is_verbose)).collect()
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        notes.extend(self.lock.as_ref().map(|lock| format!("Cargo.lock     {}", lock.text())));
        notes.extend(self.resolves.then(|| "Cargo.lock     cargo resolves what only your Cargo.toml has".to_owned()));
        let names =
            |label: &str, names: &[&str]| (!names.is_empty()).then(|| format!("{label:<13}  {}", names.join(" ")));
        notes.extend(names("new service", &self.services));
        notes.extend(names("new setting", &self.settings));
        notes.extend(self.changed_resources.iter().flat_map(ResourceChange::notes));
        notes.extend(self.to_port.iter().map(|path| format!("yours to port  {path}")));
        if self.choices.iter().any(|changed| changed.choice == "database") {
            notes.push("data           is not moved to another database".to_owned());
        }
        notes
    }
}

/// One line with as many paths as fit, or with `is_verbose` all of them.
fn list(sign: &str, name: &str, paths: &[String], is_verbose: bool) -> Vec<String> {
    let head = format!("  {sign} {:>3} {name:<9}", paths.len());
    if is_verbose {
        return [head.trim_end().to_owned()]
            .into_iter()
            .chain(paths.iter().map(|path| format!("      {path}")))
            .collect();
    }
    let mut shown = String::new();
    for (index, path) in paths.iter().enumerate() {
        if index > 0 && shown.len() + path.len() > LISTED {
            shown.push_str(" …");
            break;
        }
        shown = if shown.is_empty() { path.clone() } else { format!("{shown} {path}") };
    }
    vec![format!("{head} {shown}")]
}

/// The files of the user that this version renders otherwise than they were applied.
fn mine(project: &Project, merging: &Merging) -> Vec<String> {
    let state = |path: &Utf8PathBuf| project.base.entries.get(path).and_then(|entry| entry.state());
    let rendered = |path: &Utf8PathBuf| merging.render.get(path).map(|file| (file.sha256(), file.executable));
    let is_same = |path: &Utf8PathBuf| match (state(path), rendered(path)) {
        (Some((hash, mode)), Some((new, new_mode))) => hash == new && mode == new_mode,
        (before, after) => before.is_none() && after.is_none(),
    };
    merging.mine.iter().filter(|(path, _)| !is_same(path)).map(|(_, placed)| placed.to_string()).collect()
}

/// What changes in the lock.
fn lock(merging: &Merging) -> Option<LockData> {
    let path = Utf8Path::new("Cargo.lock");
    let before = &merging.yours.get(path)?.bytes;
    let after = merging.merge.steps.get(path)?.file()?;
    LockData::of(before, &after.bytes, &merging.render.get(path)?.bytes)
}
