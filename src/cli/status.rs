//! `restwell status`: how a project differs from what was applied to it, and what this version would change.

use std::collections::BTreeMap;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use crate::answers;
use crate::base::Base;
use crate::error::{Error, Look};
use crate::merge;
use crate::project::{Edit, Patch, Project, Wanted};
use crate::report::StackData;
use crate::resource::Resource;
use crate::shell::{Format, Shell};
use crate::spelling::counted;
use crate::stack::Answers;
use crate::version::VERSION;

/// Show how the project differs from what restwell applied, and what this version would change
///
/// Nothing is written. The project is the one around the working directory.
#[derive(Args, Debug)]
pub(super) struct Status {
    /// Exit with 6 if there is any difference
    #[arg(long)]
    check: bool,
}

/// The state of a project.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StatusData {
    /// The name of the project.
    name: String,
    /// The version of this restwell.
    version: &'static str,
    /// What was last applied.
    base: BaseData,
    /// Files that the user changed since then.
    edits: Vec<EditData>,
    /// Files with conflict markers.
    markers: Vec<String>,
    /// Patterns of files that are yours by `restwell.toml`: they are neither compared nor changed.
    mine: Vec<String>,
    /// Choices that `restwell.toml` asks for and that are not applied.
    asked: Vec<AskedData>,
    /// Resources that `restwell.toml` asks for otherwise than they are applied.
    asked_resources: Vec<AskedResource>,
    /// Files that this version renders otherwise than they were applied.
    update: Vec<UpdateData>,
    /// The number of a change that was interrupted, which the next command that writes finishes; otherwise null.
    interrupted: Option<u32>,
}

/// What was last applied to a project.
#[derive(Debug, Serialize, JsonSchema)]
struct BaseData {
    /// The version that applied it.
    version: String,
    /// The value of each choice.
    #[schemars(with = "BTreeMap<String, String>")]
    stack: StackData,
    /// Other versions that applied some of the files, which newer versions left as they were.
    other_versions: Vec<String>,
    /// One SHA-256 over all files; null if they are not all those of this version and these values.
    digest: Option<String>,
}

/// A file that the user changed.
#[derive(Debug, Serialize, JsonSchema)]
struct EditData {
    path: String,
    /// `edited`, `mode`, `deleted` or `not a file`.
    kind: &'static str,
    /// The lines that the user added; null if the old content is not known or is no text.
    added: Option<usize>,
    /// The lines that the user removed; null likewise.
    removed: Option<usize>,
}

/// A choice that is asked for.
#[derive(Debug, Serialize, JsonSchema)]
struct AskedData {
    choice: &'static str,
    from: &'static str,
    to: &'static str,
}

/// A resource that is asked for otherwise.
#[derive(Debug, Serialize, JsonSchema)]
struct AskedResource {
    name: String,
    /// The fields that it has; null if it is not applied.
    from: Option<Vec<String>>,
    /// The fields that are asked for; null if it is not asked for.
    to: Option<Vec<String>>,
}

/// A file that this version renders otherwise.
#[derive(Debug, Serialize, JsonSchema)]
struct UpdateData {
    path: String,
    /// `new`, `changed` or `removed`.
    kind: &'static str,
}

impl Status {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        super::warn_of(&answers::check(&answers::environment())?, shell);
        let status = StatusData::of(&Project::open()?)?;
        let differences = status.differences();
        let differs = self.check && !differences.is_empty();
        let look = status.look();
        // A failure is one object, too.
        if !(differs && shell.options.format == Format::Json) {
            let text = status.text();
            shell.answer("status", || status, || text)?;
        }
        if differs { Err(Error::Differs { what: differences, look }) } else { Ok(()) }
    }
}

impl StatusData {
    fn of(project: &Project) -> Result<Self, Error> {
        let Base { version, stack, digest, .. } = &project.base;
        let render = project.rendered()?;
        let edits = project.edits(&render)?;
        let Wanted { resolution, resources } = project.wanted(Answers::default())?;
        let asked = resolution.stack;
        let is_asked = |value: &crate::choice::Value| stack.get(value.choice()) != *value;
        Ok(Self {
            name: project.name.clone(),
            version: VERSION,
            base: BaseData {
                version: version.clone(),
                stack: StackData::of_stack(stack),
                other_versions: project.base.other_versions().into_iter().map(str::to_owned).collect(),
                digest: digest.clone(),
            },
            markers: edits.iter().filter(|edit| has_markers(edit)).map(|edit| edit.patch.path.to_string()).collect(),
            mine: project.receipt.mine.iter().map(ToString::to_string).collect(),
            edits: edits.iter().filter(|edit| !project.is_mine(&edit.patch.path)).map(EditData::of).collect(),
            asked: asked
                .values()
                .filter(is_asked)
                .map(|to| AskedData { choice: to.choice().id(), from: stack.get(to.choice()).id(), to: to.id() })
                .collect(),
            asked_resources: AskedResource::all(&project.base.resources, &resources),
            update: project
                .upstream(&render)?
                .iter()
                .filter(|patch| !project.is_mine(&patch.path))
                .map(|patch| UpdateData::of(patch, project))
                .collect(),
            interrupted: project.root.interrupted(),
        })
    }

    /// Each difference in one clause.
    fn differences(&self) -> Vec<String> {
        let Self { edits, markers, update, interrupted, .. } = self;
        let edits = edits.iter().map(|edit| format!("`{}`: {}", edit.path, edit.kind));
        let markers = markers.iter().map(|path| format!("`{path}` has conflict markers"));
        let update = (!update.is_empty())
            .then(|| format!("restwell {VERSION} renders {} otherwise", counted(update.len(), "file")));
        let interrupted = interrupted.iter().map(|number| format!("change {number} was interrupted"));
        edits.chain(markers).chain(self.asked()).chain(update).chain(interrupted).collect()
    }

    /// The commands that show the differences: patches, or if there are none the status.
    fn look(&self) -> Vec<Look> {
        let patches = [(self.edits.is_empty(), Look::Edits), (self.update.is_empty(), Look::New)];
        let looks: Vec<Look> = patches.into_iter().filter(|(is_empty, _)| !is_empty).map(|(_, look)| look).collect();
        if looks.is_empty() { vec![Look::Same] } else { looks }
    }

    /// What `restwell.toml` asks for otherwise than it is applied, each in one clause.
    fn asked(&self) -> impl Iterator<Item = String> {
        let resources = self.asked_resources.iter().map(AskedResource::text);
        let all = self.asked.iter().map(AskedData::text).chain(resources);
        all.map(|text| format!("`restwell.toml` asks for {text}"))
    }

    fn text(&self) -> String {
        let Self { name, version, base, edits, markers, mine, asked: _, asked_resources: _, update, interrupted } =
            self;
        let stack: Vec<String> = base.stack.pairs().map(|(choice, value)| format!("{choice}={value}")).collect();
        let mut lines = vec![format!("{name}: {}", stack.join(" "))];
        lines.push(match &base.other_versions[..] {
            [] => format!("base: restwell {}", base.version),
            others => format!("base: restwell {}, some files of {}", base.version, others.join(", ")),
        });
        lines.extend(interrupted.iter().map(|number| {
            format!(
                "change {number} was interrupted: the next command that writes, such as `restwell undo`, finishes it"
            )
        }));
        lines.push(format!("edited by you: {}", files(edits.len())));
        let width = edits.iter().map(|edit| edit.path.len()).max().unwrap_or_default();
        lines.extend(edits.iter().map(|edit| format!("  {:<width$}  {}", edit.path, edit.text())));
        lines.extend(markers.iter().map(|path| format!("  {path} has conflict markers")));
        lines.extend((!mine.is_empty()).then(|| format!("yours by `restwell.toml`: {}", mine.join(" "))));
        lines.extend(self.asked());
        lines.push(format!("restwell {version} would change: {}", files(update.len())));
        lines.extend(update.iter().map(|UpdateData { path, kind }| format!("  {path}  {kind}")));
        lines.join("\n") + "\n"
    }
}

impl EditData {
    fn of(Edit { kind, patch }: &Edit) -> Self {
        let counts = if patch.old.is_some() { patch.counts() } else { None };
        let (added, removed) = counts.unzip();
        Self { path: patch.path.to_string(), kind: kind.id(), added, removed }
    }

    fn text(&self) -> String {
        match (self.kind, self.added, self.removed) {
            ("edited", Some(added), Some(removed)) => format!("+{added} −{removed}"),
            (kind, ..) => kind.to_owned(),
        }
    }
}

impl AskedData {
    fn text(&self) -> String {
        let Self { choice, from, to } = self;
        format!("{choice}: {from} → {to}")
    }
}

impl AskedResource {
    /// The resources whose fields differ.
    fn all(applied: &[Resource], wanted: &[Resource]) -> Vec<Self> {
        let fields = |resources: &[Resource], name: &str| {
            let resource = resources.iter().find(|resource| resource.name() == name)?;
            Some(resource.fields().iter().map(ToString::to_string).collect())
        };
        let is_new = |resource: &&Resource| applied.iter().all(|other| other.name() != resource.name());
        let names = applied.iter().chain(wanted.iter().filter(is_new)).map(Resource::name);
        let asked =
            names.map(|name| Self { name: name.to_owned(), from: fields(applied, name), to: fields(wanted, name) });
        asked.filter(|asked| asked.from != asked.to).collect()
    }

    fn text(&self) -> String {
        let fields =
            |fields: &Option<Vec<String>>| fields.as_ref().map_or("none".to_owned(), |fields| fields.join(" "));
        format!("resource {}: {} → {}", self.name, fields(&self.from), fields(&self.to))
    }
}

impl UpdateData {
    fn of(Patch { path, new, .. }: &Patch, project: &Project) -> Self {
        let kind = match new {
            None => "removed",
            Some(_) if project.base.entries.contains_key(path) => "changed",
            Some(_) => "new",
        };
        Self { path: path.to_string(), kind }
    }
}

fn has_markers(edit: &Edit) -> bool {
    let text = edit.patch.new.as_ref().and_then(|file| str::from_utf8(&file.bytes).ok()).unwrap_or_default();
    merge::has_markers(text)
}

fn files(count: usize) -> String {
    if count == 0 { "nothing".to_owned() } else { counted(count, "file") }
}
