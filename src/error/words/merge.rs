//! Errors about the merge of a project with what this version renders.

use super::{Words, words};
use crate::command_line::{CommandLine, path_word};
use crate::error::OpenPlace;
use crate::merge::Reason;
use crate::version::VERSION;

/// How many lines of a side are shown.
const SHOWN: usize = 4;

pub(super) fn open(places: &[OpenPlace], to_port: &[String], typed: &CommandLine) -> Words {
    let (what, need) = if places.len() == 1 { ("place", "needs") } else { ("places", "need") };
    let mut told = words(format!("{} {what} {need} your decision; nothing was written", places.len()));
    for OpenPlace { path, line, reason, sides } in places {
        let place = line.map_or_else(|| format!("`{path}`"), |line| format!("`{path}:{line}`"));
        let names = ["base", "yours", "new"].into_iter();
        let sides = sides.iter().flat_map(|sides| names.clone().zip(sides)).map(|(name, text)| side(name, text));
        told = told.because(format!("{place}: {}", why(reason)) + &sides.collect::<String>());
    }
    for path in to_port {
        told = told.because(format!("`{path}` is yours to port: restwell does not rewrite SQL"));
    }
    let mut paths: Vec<&str> = places.iter().map(|place| place.path.as_str()).collect();
    paths.dedup();
    let with = |flag: &str| paths.iter().fold(typed.clone(), |line, path| line.with_typed(flag, Some(path_word(path))));
    let told = told.command(with("--ours")).command(with("--theirs"));
    if places.iter().all(|place| place.line.is_some()) {
        told.command(typed.clone().with_value("--conflict", "markers"))
    } else {
        told
    }
}

/// The text of a side, each line of it on a line.
fn side(name: &str, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let more = (lines.len() > SHOWN).then(|| format!("… {} more lines", lines.len() - SHOWN));
    let lines = lines.iter().take(SHOWN).map(|line| (*line).to_owned()).chain(more);
    let lines: Vec<String> = if text.is_empty() { vec!["(nothing)".to_owned()] } else { lines.collect() };
    let label = |index: usize| if index == 0 { name } else { "" };
    lines.iter().enumerate().map(|(index, line)| format!("\n  {:<5}  {line}", label(index))).collect()
}

fn why(reason: &Reason) -> String {
    match reason {
        Reason::BothChanged => "you and restwell both changed this".to_owned(),
        Reason::BothInserted => "you and restwell both added something here".to_owned(),
        Reason::BothCreated => "you and restwell both created this file".to_owned(),
        Reason::InTheWay { of } => format!("you edited it, and `{of}` needs it gone"),
        Reason::NotText => "you and restwell both changed a file that is not text".to_owned(),
        Reason::Invalid => "both changes together are not valid".to_owned(),
    }
}

pub(super) fn marked(paths: &[String], is_dry: bool, typed: &CommandLine) -> Words {
    let how = if is_dry { "would be written with" } else { "was written with" };
    let told = words(format!("the change {how} conflict markers where a person has to decide"));
    let told = paths.iter().fold(told, |told, path| told.because(format!("`{path}`")));
    if is_dry {
        return told.command(typed.clone().without("--conflict"));
    }
    told.command(CommandLine::new(["undo"]))
        .help("edit these files; `restwell status --check` fails until no markers are left")
}

pub(super) fn check_failed(lines: &[String], typed: &CommandLine) -> Words {
    let told = words("the result does not pass `cargo check --all-targets --locked`; nothing was written");
    let told = lines.iter().fold(told, |told, line| told.because(line.clone()));
    told.command(typed.clone().with_flag("--no-check"))
        .help("if the project does not compile before the change either, mend that first")
}

pub(super) fn downgrade(applied: &str, typed: &CommandLine) -> Words {
    words(format!("restwell {applied} applied the project; this is the older {VERSION}"))
        .command(typed.clone().with_flag("--downgrade"))
}
