//! The output of `new`: one file, a plan, or the result.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;
use crate::proof;
use crate::report::{Data, Report};
use crate::shell::{DONE, Format, QUIET, STRONG, Shell};
use crate::spelling;
use crate::tree::Tree;

/// What `new` prints as JSON: the project, or with `--show` one file of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::cli) enum ProjectOutput<'a> {
    Project(Box<Data<'a>>),
    File(Shown),
}

/// One file of a project.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::cli) struct Shown {
    path: String,
    /// The choice it comes from.
    from: String,
    text: String,
}

/// Prints one file of the project.
pub(super) fn file(tree: &Tree, path: &str, shell: &mut Shell) -> Result<(), Error> {
    let wanted = Utf8Path::new(path.trim_start_matches("./"));
    let Some(file) = tree.get(wanted) else {
        let nearest = spelling::nearest(path, tree.files().map(|(path, _)| path.as_str())).map(str::to_owned);
        return Err(Error::NotInPlan { path: path.to_owned(), nearest });
    };
    let text = String::from_utf8_lossy(&file.bytes);
    let shown = || Shown { path: wanted.to_string(), from: file.from.clone(), text: text.to_string() };
    shell.answer("new", || ProjectOutput::File(shown()), || text.to_string())
}

/// Prints the plan of a dry run.
pub(super) fn plan(report: &Report, shell: &mut Shell) -> Result<(), Error> {
    if shell.options.format == Format::Json {
        return shell.json("new", ProjectOutput::Project(Box::new(report.data())));
    }
    before(report, shell);
    shell.say(format!("again: {}", report.replay));
    shell.say("dry run: nothing was written");
    Ok(())
}

/// Prints the summary of the project before it is written.
pub(super) fn before(report: &Report, shell: &mut Shell) {
    for line in report.summary() {
        shell.say(line);
    }
    if shell.is_verbose() {
        for line in report.listing() {
            let line = shell.paint(QUIET, line);
            shell.say(line);
        }
    }
    for warning in &report.warnings {
        shell.warn(warning);
    }
}

/// Prints that the project is written, the next steps, and the command that repeats it.
pub(super) fn done(report: &Report, shell: &mut Shell) -> Result<(), Error> {
    if shell.options.format == Format::Json {
        return shell.json("new", ProjectOutput::Project(Box::new(report.data())));
    }
    let done = shell.paint(DONE, "created");
    shell.say(format!("{done} `{}`", report.path));
    shell.say("next:");
    for step in &report.next_steps {
        let step = shell.paint(STRONG, step);
        shell.say(format!("  {step}"));
    }
    shell.say(format!("again: {}", report.replay));
    shell.say(proof::line(report.proof.as_ref()));
    Ok(())
}
