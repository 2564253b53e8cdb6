//! The workspace of which every variant is a member, and clippy in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Message, MetadataCommand, Package, PackageId, Target, TargetKind};
use restwell::stack::Stack;
use restwell::variants::id;
use toml_edit::DocumentMut;

use super::Families;
use super::differing;
use super::sources::{self, Sources};
use crate::changed::{Changes, Options, Scope};
use crate::program::{Output, Program, Stopped};
use crate::tally::Tally;
use crate::{ci, dirs, project};

/// The rendered variants, and the folder that they are written to.
pub(super) struct Workspace {
    pub(super) sources: Sources,
    pub(super) changes: Changes,
    folder: PathBuf,
}

/// How long clippy may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Time {
    /// Less than its stage, which then reports what was compiled: the rest has failed.
    OfStage,
    /// As long as the other stages of the run: what is not compiled then is a gap.
    OfOthers,
}

impl Time {
    fn limit(self, clippy: Program) -> Program {
        match self {
            Self::OfStage => clippy.limit(Duration::from_mins(48)),
            Self::OfOthers => clippy.limit(Duration::from_hours(2)).until(ci::others_have_ended),
        }
    }
}

/// The result of clippy.
struct Checked {
    passed: Vec<String>,
    /// Warnings and errors, by the name of the package.
    complaints: BTreeMap<String, String>,
    end: Result<Output>,
}

impl Workspace {
    /// Renders and writes every variant; `None` if that failed, which is counted.
    pub(super) fn write(tally: &mut Tally, families: &Families, options: &Options) -> Option<Self> {
        let folder = dirs::target().join("variants");
        let mut sources = Sources::default();
        let stacks = Stack::rust_distinct();
        let changes = tally.check("render", || {
            Changes::of_trees("variants", Scope::Rust, &stacks, options, |name, tree| sources.add(name, tree))
        })?;
        let workspace = Self { sources, changes, folder };
        tally.check("write", || workspace.write_members(&stacks, families))?;
        Some(workspace)
    }

    fn write_members(&self, stacks: &[Stack], families: &Families) -> Result<()> {
        let Self { sources, folder, .. } = self;
        for name in stacks.iter().map(id) {
            let mut tree = sources.tree(&name)?;
            if !families.is_first(&name) {
                tree = differing::cut(&tree, &sources.tree(families.first(&name))?)?;
            }
            let manifest = as_member(sources::text(&tree, "Cargo.toml")?)?;
            tree.rewrite("Cargo.toml".into(), manifest)?;
            let member = folder.join(&name);
            fs::create_dir_all(&member)?;
            project::write(&tree, &member)?;
        }
        let members: Vec<String> = stacks.iter().map(|stack| format!("\"{}\"", id(stack))).collect();
        let root = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
        fs::write(folder.join("Cargo.toml"), root)?;
        fs::write(folder.join("Cargo.lock"), sources.packages.lock())?;
        Ok(())
    }

    /// Has clippy compile these variants, and records those that passed.
    ///
    /// Not recorded is one whose family's first variant did not pass either now or before: it was compiled without modules
    /// that it shares with the first.
    pub(super) fn compile(
        &mut self,
        tally: &mut Tally,
        stacks: &[Stack],
        families: &Families,
        time: Time,
    ) -> Result<()> {
        tally.set_total(stacks.len());
        let checked = self.clippy(tally, stacks, time)?;
        let passed = checked.report(tally, stacks, time);
        let mut whole: BTreeSet<String> = self.changes.proved().into_keys().collect();
        whole.extend(passed.iter().cloned());
        for name in passed.iter().filter(|name| whole.contains(families.first(name))) {
            self.changes.passed(name, None)?;
        }
        Ok(())
    }

    /// Each variant is counted when its last target is done.
    fn clippy(&self, tally: &mut Tally, stacks: &[Stack], time: Time) -> Result<Checked> {
        let mut left = self.units()?;
        let mut passed = Vec::new();
        let mut complaints: BTreeMap<String, String> = BTreeMap::new();
        let mut last = Instant::now();
        let packages = stacks.iter().map(|stack| format!("--package={}", id(stack)));
        let arguments = ["clippy", "--all-targets", "--keep-going", "--quiet", "--message-format=json"];
        let clippy = self.cargo(&arguments).args(packages).args(["--", "-D", "warnings"]);
        let end = time.limit(clippy).capture_lines(|line| match serde_json::from_str(line) {
            Ok(Message::CompilerArtifact(artifact)) if artifact.target.kind != [TargetKind::CustomBuild] => {
                let name = member(&artifact.package_id);
                let Some(units) = left.get_mut(name) else {
                    return;
                };
                *units -= 1;
                if *units == 0 {
                    left.remove(name);
                    tally.passed_silently(name, last.elapsed());
                    last = Instant::now();
                    passed.push(name.to_owned());
                }
            }
            Ok(Message::CompilerMessage(message))
                if matches!(message.message.level, DiagnosticLevel::Error | DiagnosticLevel::Warning) =>
            {
                let text = message.message.rendered.unwrap_or(message.message.message);
                complaints.entry(member(&message.package_id).to_owned()).or_default().push_str(&text);
            }
            _ => {}
        });
        passed.retain(|name| !complaints.contains_key(name));
        Ok(Checked { passed, complaints, end })
    }

    /// The number of targets that `clippy --all-targets` compiles for each member, by its name.
    fn units(&self) -> Result<BTreeMap<String, usize>> {
        let metadata = self.cargo(&["metadata", "--no-deps", "--format-version=1"]).read()?;
        let metadata = MetadataCommand::parse(metadata)?;
        let units = |target: &Target| match target.kind.as_slice() {
            [TargetKind::CustomBuild] => 0,
            // Once as a library, once with its unit tests.
            [TargetKind::Lib | TargetKind::Bin] => 1 + usize::from(target.test),
            _ => 1,
        };
        let member = |package: Package| (package.name.to_string(), package.targets.iter().map(units).sum());
        Ok(metadata.packages.into_iter().map(member).collect())
    }

    /// Cargo in the workspace, with a build directory of its own: the stages beside this one build in the shared one,
    /// which cargo locks.
    fn cargo(&self, arguments: &[&str]) -> Program {
        project::cargo(&self.folder).args(arguments).env("CARGO_TARGET_DIR", dirs::variants_target())
    }
}

impl Checked {
    /// Counts the variants that did not pass, and returns those that did.
    fn report(self, tally: &mut Tally, stacks: &[Stack], time: Time) -> Vec<String> {
        let Self { passed, mut complaints, end } = self;
        let is_cut_off = time == Time::OfOthers && matches!(&end, Err(error) if error.is::<Stopped>());
        let mut missing: Vec<String> = stacks.iter().map(id).filter(|name| !passed.contains(name)).collect();
        if is_cut_off {
            missing.retain(|name| complaints.contains_key(name));
            let open = stacks.len() - passed.len() - missing.len();
            let gap = format!("{open} of {} variants", Stack::rust_distinct().len());
            tally.gap(&gap, "no time was left; `cargo xtask remaining` compiles them");
        } else {
            tally.check("cargo clippy", || {
                let output = end?;
                ensure!(output.status.success(), "{}", output.stderr.trim_end());
                Ok(())
            });
        }
        for name in missing {
            let complaint = complaints.remove(&name).unwrap_or_else(|| "not compiled to the end".to_owned());
            tally.known(&name, Err(anyhow!(complaint)), Duration::ZERO);
        }
        // Messages of crates that are not variants.
        for (name, complaint) in complaints {
            tally.known(&name, Err(anyhow!(complaint)), Duration::ZERO);
        }
        passed
    }
}

/// Only the root of a workspace may have a workspace, a patch or a profile.
fn as_member(manifest: &str) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse()?;
    for table in ["workspace", "profile"] {
        manifest.remove(table);
    }
    Ok(manifest.to_string())
}

/// The name of a member, which is the last folder in its id: `path+file:///…/NAME#0.1.0`.
fn member(id: &PackageId) -> &str {
    let path = id.repr.split('#').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}
