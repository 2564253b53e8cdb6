//! Errors about a project that exists.

use camino::Utf8Path;

use super::{Words, help_with, words};
use crate::base::{BASE, Fault};
use crate::command_line::{CommandLine, path_word};
use crate::error::{Done, Look};

pub(super) fn none() -> Words {
    words("there is no project here")
        .because(format!("neither this directory nor one above it has `{BASE}`"))
        .command(help_with("new"))
        .help("change into a project that `restwell new` wrote")
        .help(format!("if a project has lost its `{BASE}`: {ANOTHER_BASE}"))
}

/// How to go on without a base.
const ANOTHER_BASE: &str = "with the version that `restwell.toml` names, `restwell new ../base --answers restwell.toml \
                            --no-git`, then `restwell update --base ../base`";

pub(super) fn base(directory: Option<&Utf8Path>, fault: &Fault) -> Words {
    let path = directory.map_or_else(|| BASE.into(), |directory| directory.join(BASE));
    let told = words(format!("`{path}` cannot be used")).because(match fault {
        Fault::Format => "it does not start like a base that this version reads".to_owned(),
        Fault::Stack(stack) => format!("this version does not know the stack `{stack}`"),
        Fault::Resource(resource) => format!("this version does not accept the resource `{resource}`"),
        Fault::Merged => "git merged two versions of it, and left the marks of a conflict".to_owned(),
        Fault::Line(line) => format!("line {line} is not an entry"),
        Fault::Content(path) => format!("the length or the hash of `{path}` does not match"),
        Fault::Digest => "its files do not give its digest".to_owned(),
    });
    if directory.is_some() {
        return told.help(ANOTHER_BASE);
    }
    if *fault == Fault::Merged {
        return told.help(format!("resolve the other files, above all `restwell.toml`; then, {ANOTHER_BASE}"));
    }
    told.help("take the last version back, in the directory of the project: git checkout -- .restwell")
        .help(format!("or {ANOTHER_BASE}"))
}

pub(super) fn no_such_file(path: &str, nearest: Option<&str>, typed: &CommandLine) -> Words {
    words(format!("restwell has no file at `{path}`"))
        .command(nearest.map(|near| typed.clone().with_other(path, &path_word(near))))
        .command(CommandLine::new(["diff"]).with_flag("--stat"))
}

pub(super) fn differs(what: &[String], look: &[Look], typed: &CommandLine) -> Words {
    let told = what.iter().fold(words("the project differs"), |told, what| told.because(what));
    look.iter().fold(told, |told, look| {
        let line = typed.clone().without("--check");
        told.command(match look {
            Look::Same => line,
            Look::Stat => line.with_flag("--stat"),
            Look::Edits => line.with_command(["diff"]),
            Look::New => line.with_command(["diff"]).with_flag("--new"),
        })
    })
}

pub(super) fn policy(file: &str, what: &str) -> Words {
    words(format!("`{file}` is not a valid policy")).because(what).help("docs/platform.md describes it")
}

pub(super) fn violates(policy: &str, what: &[String], fixes: &[CommandLine]) -> Words {
    let told = what.iter().fold(words(format!("the project breaks `{policy}`")), |told, what| told.because(what));
    let mut known = Vec::new();
    fixes.iter().fold(told, |told, fix| {
        let is_new = !known.contains(&fix);
        known.push(fix);
        if is_new { told.command(fix.clone()) } else { told }
    })
}

pub(super) fn moved(paths: &[String], is_half: bool, typed: &CommandLine) -> Words {
    if !is_half {
        let told = words("files changed while restwell was running; nothing was written");
        return paths.iter().fold(told, |told, path| told.because(format!("`{path}`"))).command(typed.clone());
    }
    let told = words("an interrupted change cannot be finished");
    let told = paths.iter().fold(told, |told, path| {
        told.because(format!("`{path}` was edited since: it is neither the old nor the new file"))
    });
    told.help("move these files elsewhere, take the old ones back from `.restwell/undo`, and run the command again")
}

pub(super) fn left(told: Words, done: Done) -> Words {
    match done {
        Done::Nothing => told.because("the target is unchanged"),
        Done::Part(number) => {
            let what = format!("change {number} is written in part; the next command that writes finishes it");
            told.because(what).command(CommandLine::new(["undo"]).with_flag("--list"))
        }
    }
}

pub(super) fn nothing_to_undo(is_redo: bool, number: Option<u32>) -> Words {
    let what = if is_redo { "make again" } else { "take back" };
    let number = number.map(|number| format!(" {number}")).unwrap_or_default();
    words(format!("there is no change{number} to {what}")).command(CommandLine::new(["undo"]).with_flag("--list"))
}
