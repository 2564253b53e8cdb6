//! The projects that a change affects: a project is skipped if its files are those that passed last on this machine, or
//! those that another commit renders.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use restwell::choice::Choice;
use restwell::proof::is_compiled;
use restwell::stack::Stack;
use restwell::tree::Tree;
use restwell::variants::id;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::program::Program;
use crate::tally::{Selection, Tally};
use crate::{dirs, project};

/// Whether to skip projects that a change does not affect.
#[derive(Clone, Debug, Default, clap::Args)]
// Named after the struct, the group would be that of the command that it is flattened into.
#[group(skip)]
pub(crate) struct Options {
    /// Only projects whose files have changed since they passed here, or since this commit.
    #[arg(long, value_name = "COMMIT", num_args = 0..=1, default_missing_value = "")]
    changed: Option<String>,
}

/// Options of a stage that runs some of its projects by turns.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct TurnOptions {
    #[command(flatten)]
    pub(crate) changed: Options,
    /// Also what runs by turns.
    #[arg(long)]
    pub(crate) all: bool,
}

/// The files of a project that a stage depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// The files that the compiler reads.
    Rust,
    All,
}

/// A stage whose results are recorded for each project.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recorded {
    name: &'static str,
    scope: Scope,
}

pub(crate) const FRESH: Recorded = Recorded { name: "fresh", scope: Scope::All };
pub(crate) const SUITES: Recorded = Recorded { name: "suites", scope: Scope::All };
pub(crate) const VARIANTS: Recorded = Recorded { name: "variants", scope: Scope::Rust };

/// The fingerprints with which the projects of a stage are compared, and those that passed.
pub(crate) struct Changes {
    now: Fingerprints,
    /// `None`: every project counts as changed.
    before: Option<Fingerprints>,
    passed: Fingerprints,
    /// The number of tests of each project that passed, where there is one.
    tests: BTreeMap<String, u32>,
    /// The file that stores `passed`.
    record: PathBuf,
}

/// The fingerprint of each project, by its name.
type Fingerprints = BTreeMap<String, String>;

impl Options {
    /// The argument that passes these options to the process of a stage.
    pub(crate) fn argument(&self) -> Option<String> {
        self.changed.as_ref().map(|commit| format!("--changed={commit}"))
    }

    /// Only what changed since a commit.
    #[cfg(test)]
    pub(crate) fn since(commit: &str) -> Self {
        Self { changed: Some(commit.to_owned()) }
    }

    /// The whole stage, unless these options leave projects out.
    pub(crate) fn selection(&self) -> Selection {
        Selection::of(self.changed.is_some())
    }
}

impl Changes {
    /// Those of `stage`, which compiles or runs projects of `stacks`.
    pub(crate) fn new(stage: Recorded, stacks: &[Stack], options: &Options) -> Result<Self> {
        Self::of_trees(stage, stacks, options, |_, _| Ok(()))
    }

    /// The same; `each` gets the name and the files of each project.
    pub(crate) fn of_trees(
        stage: Recorded,
        stacks: &[Stack],
        options: &Options,
        mut each: impl FnMut(&str, &Tree) -> Result<()>,
    ) -> Result<Self> {
        let Recorded { name, scope } = stage;
        let record = dirs::proof().join(format!("{name}-passed.txt"));
        let toolchain = Program::cargo().args(["clippy", "--version"]).read()?;
        let (passed, tests) = read(&record);
        let before = match options.changed.as_deref() {
            None => None,
            Some("") => Some(passed.clone()),
            Some(commit) => Some(at(commit, scope, stacks, &toolchain)?),
        };
        let mut now = Fingerprints::new();
        for stack in stacks {
            let name = id(stack);
            let tree = project::render(stack, &name)?;
            each(&name, &tree)?;
            let files = tree.files().map(|(path, file)| (path.to_string(), file.sha256()));
            now.insert(name, fingerprint(scope, &toolchain, files));
        }
        Ok(Self { now, before, passed, tests, record })
    }

    /// With `--changed`, these projects too have passed with the files that are rendered now.
    pub(crate) fn add_known(&mut self, names: &BTreeSet<String>) {
        if let Some(before) = &mut self.before {
            let known = self.now.iter().filter(|(name, _)| names.contains(*name));
            before.extend(known.map(|(name, print)| (name.clone(), print.clone())));
        }
    }

    /// Removes the stacks whose projects have not changed, if `--changed` is given.
    pub(crate) fn select(&self, stacks: &mut Vec<Stack>, tally: &mut Tally) {
        self.select_part(stacks, |_| true, tally);
    }

    /// The same for a stage that runs a part of its projects. Returns how many are left out only because of that.
    pub(crate) fn select_part(
        &self,
        stacks: &mut Vec<Stack>,
        is_in_part: impl Fn(&str) -> bool,
        tally: &mut Tally,
    ) -> usize {
        let all = stacks.len();
        stacks.retain(|stack| self.runs(&id(stack), true));
        let wanted = stacks.len();
        stacks.retain(|stack| self.runs(&id(stack), is_in_part(&id(stack))));
        if self.before.is_some() {
            tally.set_selected(stacks.len(), all);
            tally.note("changed", || Ok(format!("{} of {all}; the others are left out", stacks.len())));
        }
        wanted - stacks.len()
    }

    /// Whether the project of this name is run, given whether this run's part of the projects includes it.
    ///
    /// With `--changed`, the part decides only about projects of which no earlier files are known: those that never
    /// passed, or that the other commit does not render.
    fn runs(&self, name: &str, is_in_part: bool) -> bool {
        match self.before.as_ref().map(|before| before.get(name)) {
            None | Some(None) => is_in_part,
            Some(before) => before != self.now.get(name),
        }
    }

    /// The projects that passed with the files that are rendered now, with the number of their tests.
    pub(crate) fn proved(&self) -> BTreeMap<String, Option<u32>> {
        let proved = self.passed.iter().filter(|(name, print)| self.now.get(*name) == Some(print));
        proved.map(|(name, _)| (name.clone(), self.tests.get(name).copied())).collect()
    }

    /// The file that stores what passed.
    pub(crate) fn record(&self) -> &Path {
        &self.record
    }

    /// Records that the project of this name passed, with the number of its tests if it ran them.
    pub(crate) fn passed(&mut self, name: &str, tests: Option<u32>) -> Result<()> {
        if let Some(print) = self.now.get(name) {
            self.passed.insert(name.to_owned(), print.clone());
            self.tests.extend(tests.map(|tests| (name.to_owned(), tests)));
        }
        let mut text = String::new();
        for (name, print) in &self.passed {
            match self.tests.get(name) {
                Some(tests) => writeln!(text, "{name} {print} {tests}")?,
                None => writeln!(text, "{name} {print}")?,
            }
        }
        fs::write(&self.record, text).with_context(|| self.record.display().to_string())
    }
}

/// Reads `NAME FINGERPRINT TESTS` lines; the number may be missing.
fn read(record: &Path) -> (Fingerprints, BTreeMap<String, u32>) {
    let (mut passed, mut tests) = (Fingerprints::new(), BTreeMap::new());
    for line in fs::read_to_string(record).unwrap_or_default().lines() {
        let mut words = line.split(' ');
        let (Some(name), Some(print)) = (words.next(), words.next()) else { continue };
        passed.insert(name.to_owned(), print.to_owned());
        tests.extend(words.next().and_then(|count| count.parse().ok()).map(|count| (name.to_owned(), count)));
    }
    (passed, tests)
}

/// One SHA-256 over the toolchain and the files of a project that are in `scope`.
fn fingerprint(scope: Scope, toolchain: &str, files: impl Iterator<Item = (String, String)>) -> String {
    let mut hash = Sha256::new_with_prefix(toolchain);
    for (path, sha256) in files.filter(|(path, _)| scope == Scope::All || is_compiled(path.as_str().into())) {
        hash.update(format!("{path}\0{sha256}\n"));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The fingerprints of the projects that `commit` renders; none for an unknown stack.
fn at(commit: &str, scope: Scope, stacks: &[Stack], toolchain: &str) -> Result<Fingerprints> {
    let restwell = build(commit)?;
    let folder = tempfile::tempdir()?;
    let mut prints = Fingerprints::new();
    for stack in stacks {
        let name = id(stack);
        let mut new = Program::new(&restwell).dir(folder.path());
        new = new.args(["new", &name, "--yes", "--no-git", "--dry-run", "--format", "json"]);
        for choice in Choice::ALL {
            new = new.arg(format!("--{}", choice.id())).arg(stack.get(*choice).id());
        }
        let output = new.capture()?;
        if output.status.success() {
            let Report { data: Files { files } } = serde_json::from_str(&output.stdout)?;
            let files = files.into_iter().map(|file| (file.path, file.sha256));
            prints.insert(name, fingerprint(scope, toolchain, files));
        }
    }
    if prints.is_empty() {
        bail!("the tool of `{commit}` renders none of the projects");
    }
    Ok(prints)
}

/// Builds the tool at `commit` in a separate work tree, and returns its program. Stages at the same time build it once.
fn build(commit: &str) -> Result<PathBuf> {
    let (tree, target) = (dirs::target().join("changed"), dirs::target().join("changed-target"));
    let git = |arguments: &[&str]| Program::new("git").args(arguments).dir(dirs::root());
    let hash = git(&["rev-parse", "--verify"]).arg(format!("{commit}^{{commit}}")).read()?;
    let program = target.join(format!("restwell-{}", hash.trim()));
    fs::create_dir_all(&target)?;
    let lock = fs::File::create(target.join("lock"))?;
    lock.lock()?;
    if program.exists() {
        return Ok(program);
    }
    let remove = |tree: &Path| git(&["worktree", "remove", "--force"]).arg(tree).capture();
    remove(&tree)?;
    git(&["worktree", "add", "--quiet", "--force", "--detach"]).arg(&tree).arg(commit).read()?;
    let build = Program::cargo().args(["build", "--quiet", "--release", "--locked", "--package", "restwell"]);
    build.dir(&tree).env("CARGO_TARGET_DIR", &target).read()?;
    remove(&tree)?;
    fs::rename(target.join("release/restwell"), &program)?;
    Ok(program)
}

/// The used part of the output of `restwell new --format json`.
#[derive(Deserialize)]
struct Report {
    data: Files,
}

#[derive(Deserialize)]
struct Files {
    files: Vec<Rendered>,
}

#[derive(Deserialize)]
struct Rendered {
    path: String,
    sha256: String,
}

#[cfg(test)]
mod tests;
