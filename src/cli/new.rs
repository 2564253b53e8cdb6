//! `restwell new`: turns the input into a project on disk.

mod asking;
mod draft;
mod leftover;
mod offer;
pub(super) mod output;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use draft::Draft;

use super::choices::Choices;
use crate::answers::{self, Input};
use crate::command_line::path_word;
use crate::disk::{self, Init, Site, State, Traces};
use crate::error::{Error, Misuse, Occupant, Unsuitable};
use crate::git;
use crate::name::{self, Fault, Name};
use crate::plan::check_resources;
use crate::precomputed::LOCKS;
use crate::preset::PRESETS;
use crate::report::{Git, Report};
use crate::resource::Resource;
use crate::shell::Shell;
use crate::stack::{Answers, Origin, Resolution, Stack};
use crate::version::VERSION;

/// Write a project
///
/// On a terminal, prompts for missing answers. Every answer can also be given as a flag, as a variable
/// (`RESTWELL_CACHE`) or in an answers file. A flag overrides a variable, a variable the file, and the file a preset.
#[derive(Args, Debug)]
pub(super) struct New {
    /// The directory of the project; its last part is the name, `.` is the current directory. If omitted, restwell
    /// prompts for a name
    #[arg(value_name = "PATH")]
    path: Option<Utf8PathBuf>,
    #[command(flatten)]
    choices: Choices,
    /// Start from a named stack
    #[arg(long, value_name = "NAME", value_parser = preset_words(), help_heading = "Choices")]
    preset: Option<String>,
    /// Read answers from a TOML file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    answers: Option<Utf8PathBuf>,
    /// Also add this resource: its name and its fields, such as `orders number:string! ref:products`; can be repeated
    #[arg(long, value_name = "RESOURCE")]
    resource: Vec<String>,
    /// The name of the package, if it is not the last part of PATH
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Use the default for every answer that is not given
    #[arg(long, short)]
    yes: bool,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one file of the project, and write nothing
    #[arg(long, value_name = "PATH")]
    show: Option<String>,
    /// Write into a directory that is not empty; each replaced file is listed and a copy is kept
    #[arg(long)]
    force: bool,
    /// Do not run `git init`
    #[arg(long)]
    no_git: bool,
    /// Fail if this is another version of restwell
    #[arg(long, value_name = "VERSION")]
    expect_version: Option<String>,
}

fn preset_words() -> clap::builder::PossibleValuesParser {
    PRESETS
        .iter()
        .map(|preset| clap::builder::PossibleValue::new(preset.id).help(preset.about))
        .collect::<Vec<_>>()
        .into()
}

/// The requested project: the input, its target and its name.
struct Request<'a> {
    input: &'a Input,
    site: Site,
    name: Name,
    /// Whether a file of it is printed and nothing is written, so that the target does not matter.
    is_shown: bool,
}

impl New {
    pub(super) fn run(self, non_interactive: bool, shell: &mut Shell) -> Result<(), Error> {
        let input = self.input()?;
        let can_ask = !non_interactive && !input.non_interactive && shell.can_ask();
        let (draft, is_reviewed) = self.complete(&input, can_ask, shell)?;
        if let Some(path) = &self.show {
            return output::file(&draft.tree, path, shell);
        }
        if self.dry_run {
            return output::plan(&draft.report, shell);
        }
        if !is_reviewed {
            output::before(&draft.report, shell);
        }
        let real = draft.site.real.clone();
        let report = write(draft, shell)?;
        if is_reviewed { offer::first_step(&report, &real, shell) } else { Ok(()) }
    }

    /// Whether the flags can be combined and the name is valid, as far as the command line shows.
    pub(super) fn is_sound(&self) -> bool {
        let flags: Answers = self.choices.0.iter().map(|&value| (value, Origin::Flag)).collect();
        let name = self.name.as_deref().or(self.path.as_deref().and_then(Utf8Path::file_name));
        Stack::is_possible(&flags) && name.is_none_or(|name| Name::new(name, LOCKS.package_names()).is_ok())
    }

    fn input(&self) -> Result<Input, Error> {
        if let Some(expected) = self.expect_version.as_ref().filter(|&version| version != VERSION) {
            return Err(Error::OtherVersion { expected: expected.clone() });
        }
        let file = self.answers.as_deref().map(disk::read_answers).transpose()?;
        let mut input = Input::gather(&self.choices.0, &answers::environment(), file.as_ref(), self.preset.as_deref())?;
        self.add_resources(&mut input.resources)?;
        Ok(input)
    }

    /// Adds the resources of the flags to those of the answers file.
    fn add_resources(&self, resources: &mut Vec<Resource>) -> Result<(), Error> {
        let wrong = |text: &String, mistake| Error::Resource(Unsuitable::Invalid { resource: text.clone(), mistake });
        let mut first_wrong = None;
        for text in &self.resource {
            resources.push(text.parse().map_err(|mistake| wrong(text, mistake))?);
            if check_resources(resources).is_err() {
                first_wrong.get_or_insert(text);
            }
        }
        // One that had other fields before may refer to one that follows.
        match (check_resources(resources), first_wrong) {
            (Err(mistake), Some(text)) => Err(wrong(text, mistake)),
            _ => Ok(()),
        }
    }

    /// The project, resolved and rendered once, and whether the user has confirmed it in the review.
    fn complete(&self, input: &Input, can_ask: bool, shell: &mut Shell) -> Result<(Draft, bool), Error> {
        let path = self.path(input)?;
        if path.is_none() && !can_ask {
            return Err(Error::NoPath);
        }
        // A conflict is reported before any prompt, and whatever the target is.
        let resolution = resolve(&input.answers)?;
        let mut request = path.map(|path| self.request(input, &path)).transpose()?;
        if request.is_none() && self.yes {
            request = Some(asking::request(self, input, shell)?);
        }
        let missing = if self.yes { Vec::new() } else { input.missing() };
        match request {
            Some(request) if missing.is_empty() => Ok((self.draft(request, resolution)?, false)),
            Some(_) if !can_ask => Err(Error::Missing { choices: missing }),
            request => Ok((asking::draft(self, input, request, shell)?, true)),
        }
    }

    /// Checks the name and the target of a project at `path`, before any question about the stack. What only reports does
    /// not need a target that can be written to.
    fn request<'a>(&self, input: &'a Input, path: &Utf8Path) -> Result<Request<'a>, Error> {
        let site = Site::survey(path)?;
        let name = self.name(&site, input.name.as_deref())?;
        let request = Request { input, site, name, is_shown: self.show.is_some() };
        match &request.site.state {
            State::Directory { .. } if request.is_shown => Ok(request),
            State::Directory { traces: Traces::Running, .. } => Err(request.occupied(Occupant::Run)),
            State::Directory { holds, traces: Traces::None } if !holds.is_empty() && !self.force => {
                Err(request.occupied(Occupant::Files(holds.clone())))
            }
            State::Directory { .. } | State::Absent if self.dry_run || request.is_shown => Ok(request),
            State::Directory { .. } | State::Absent => request.site.check_writable().map(|()| request),
        }
    }

    /// The path of the project; `None` if the user must be prompted for it. A name without a path is also the path.
    fn path(&self, input: &Input) -> Result<Option<Utf8PathBuf>, Error> {
        match (&self.path, self.name.as_ref().or(input.name.as_ref())) {
            (Some(path), _) if path.as_str().is_empty() => Err(Error::Usage(Misuse::EmptyPath)),
            (Some(path), _) => Ok(Some(path.clone())),
            (None, name) => Ok(name.map(|name| path_word(name).into())),
        }
    }

    fn name(&self, site: &Site, input: Option<&str>) -> Result<Name, Error> {
        let given = self.name.as_deref().or(input);
        let real = site.real.file_name().map(|name| name.to_string_lossy());
        let word = given.or(real.as_deref());
        let taken = word.ok_or(Fault::Nowhere).and_then(|word| Name::new(word, LOCKS.package_names()));
        let word = word.unwrap_or(site.path.as_str());
        taken.map_err(|fault| Error::Name {
            name: word.to_owned(),
            fault,
            better: name::better(word, || LOCKS.package_names()).unwrap_or_else(|| "shop-api".to_owned()),
            is_from_path: given.is_none(),
        })
    }

    /// Renders the project of a resolution and compares it with the target.
    fn draft(&self, request: Request<'_>, resolution: Resolution) -> Result<Draft, Error> {
        let draft = Draft::new(&request, resolution)?;
        match &request.site.state {
            State::Directory { holds, traces } if !draft.changes.replaced.is_empty() && !self.force => {
                // A file that appeared after the survey is only in the changes.
                let names = if holds.is_empty() { draft.changes.names() } else { holds.clone() };
                Err(request.occupied(request.occupant(names, traces)))
            }
            State::Directory { .. } | State::Absent if self.no_git => Ok(draft.without_git()),
            State::Directory { .. } | State::Absent => Ok(draft),
        }
    }
}

impl Request<'_> {
    fn occupied(&self, by: Occupant) -> Error {
        Error::Occupied { path: self.site.path.clone(), by }
    }

    /// What prevents writing without `--force`: the user's files, or part of another project. Files left by a killed
    /// run of the same project do not.
    fn occupant(&self, holds: Vec<String>, traces: &Traces) -> Occupant {
        match traces {
            Traces::Unfinished(receipt) => {
                Occupant::Part { holds, finish: leftover::finish(&self.site, receipt.as_deref()) }
            }
            Traces::None | Traces::Running => Occupant::Files(holds),
        }
    }
}

fn resolve(answers: &Answers) -> Result<Resolution, Error> {
    Stack::resolve(answers).map_err(|conflict| Error::Conflict { conflict, answers: answers.clone() })
}

fn write(draft: Draft, shell: &mut Shell) -> Result<Report, Error> {
    let Draft { site, tree, changes, mut report } = draft;
    let init: Option<Init> = (report.git == Git::Init).then_some(git::init);
    if let Some(because) = site.create(&tree, &changes, init)? {
        let warning = format!("no git repository was created: {because}");
        shell.warn(&warning);
        report.warnings.push(warning);
        report.git = Git::Not(because);
    }
    output::done(&report, shell)?;
    Ok(report)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::{Parsed, parse};
    use crate::plan::RENDERED;
    use crate::stack::RESOLVED;

    #[test]
    fn a_run_resolves_and_renders_once() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("shop-api");
        let runs: [&[&str]; 4] = [&["--dry-run"], &["--show", "Cargo.toml"], &["--dry-run", "--format", "json"], &[]];
        for flags in runs {
            let line = ["restwell", "new", "--yes", "--no-git", "--database", "none"].iter().chain(flags);
            let argv: Vec<OsString> = line.map(OsString::from).chain([path.clone().into()]).collect();
            let (Parsed::Command(cli), options) = parse(&argv) else { panic!("{argv:?} is a command") };
            let before = (RESOLVED.get(), RENDERED.get());
            let mut shell = Shell::to(Box::new(std::io::sink()), Box::new(std::io::sink()), options);
            cli.run(&mut shell).expect("it succeeds");
            assert_eq!((RESOLVED.get() - before.0, RENDERED.get() - before.1), (1, 1), "{flags:?}");
        }
        let site = Site::survey(Utf8Path::from_path(&path).expect("UTF-8")).expect("it is a directory");
        assert!(site.read("Cargo.toml").is_some());
    }
}
