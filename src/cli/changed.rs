//! The output of the commands that change a project.

use schemars::JsonSchema;
use serde::Serialize;

use crate::disk::Change;
use crate::error::Error;
use crate::project::Patch;
use crate::shell::{Format, Shell};

/// What a command changed or would change; the same for a dry run.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Changed {
    /// The command that made the change, or that is taken back.
    title: String,
    files: Vec<ChangedFile>,
    #[serde(skip)]
    is_dry: bool,
}

/// A file that changes.
#[derive(Debug, Serialize, JsonSchema)]
struct ChangedFile {
    path: String,
    /// `+12 −3`, `new +4 −0`, `deleted +0 −4` or `mode`.
    change: String,
}

impl Changed {
    pub(super) fn of(change: &Change, is_dry: bool) -> Self {
        let file = |(path, sides): (&camino::Utf8PathBuf, &crate::disk::Sides)| {
            let patch = Patch { path: path.clone(), old: sides.old.clone(), new: sides.new.clone() };
            ChangedFile { path: path.to_string(), change: patch.summary() }
        };
        Self { title: change.title.clone(), files: change.files.iter().map(file).collect(), is_dry }
    }
}

/// Prints what a command changed.
pub(super) fn report(command: &str, changed: &Changed, shell: &mut Shell) -> Result<(), Error> {
    if shell.options.format == Format::Json {
        return shell.json(command, changed);
    }
    let Changed { title, files, is_dry } = changed;
    shell.say(if ["adopt", "release"].contains(&command) { title.clone() } else { format!("{command}: {title}") });
    let width = files.iter().map(|file| file.path.len()).max().unwrap_or_default();
    for ChangedFile { path, change } in files {
        shell.say(format!("  {path:<width$}  {change}"));
    }
    match (files.is_empty(), is_dry) {
        (true, _) => {
            shell.say("nothing to change");
            if ["undo", "redo"].contains(&command) {
                shell.say("other changes: restwell undo --list");
            }
        }
        (false, true) => shell.say("dry run: nothing was written"),
        (false, false) if command == "undo" => shell.say("make it again: restwell redo"),
        (false, false) => shell.say("take it back: restwell undo"),
    }
    Ok(())
}
