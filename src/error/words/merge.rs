//! Errors about the merge of a project with what this version renders.

use super::{Words, words as told};
use crate::command_line::{CommandLine, path_word};
use crate::error::{OpenPlace, Unmerged};
use crate::merge::Reason;
use crate::spelling::counted;
use crate::version::VERSION;

/// How many lines of a side are shown.
const SHOWN: usize = 4;

pub(super) fn words(unmerged: &Unmerged, typed: &CommandLine) -> Words {
    match unmerged {
        Unmerged::Open { places, to_port } => open(places, to_port, typed),
        Unmerged::Since { paths } => since(paths),
        Unmerged::Elsewhere { title } => elsewhere(title),
        Unmerged::Marked { paths, is_dry } => marked(paths, *is_dry, typed),
        Unmerged::Broken { lines } => broken(lines, typed),
        Unmerged::Unlocked { lines } => unlocked(lines),
        Unmerged::Older { applied } => older(applied, typed),
    }
}

fn open(places: &[OpenPlace], to_port: &[String], typed: &CommandLine) -> Words {
    let (what, need) = if places.len() == 1 { ("place", "needs") } else { ("places", "need") };
    let words = told(format!("{} {what} {need} your decision; nothing was written", places.len()));
    let mut words = places.iter().fold(words, |words, place| words.because(place.text()));
    for path in to_port {
        words = words.because(format!("`{path}` is yours to port: restwell does not rewrite SQL"));
    }
    let mut paths: Vec<&str> = places.iter().map(|place| place.path.as_str()).collect();
    paths.dedup();
    let with = |flag: &str| paths.iter().fold(typed.clone(), |line, path| line.with_typed(flag, Some(path_word(path))));
    let words = words.command(with("--ours")).command(with("--theirs"));
    if places.iter().all(|place| place.line.is_some()) {
        words.command(typed.clone().with_value("--conflict", "markers"))
    } else {
        words
    }
}

impl OpenPlace {
    /// The place, the reason, and the sides.
    pub fn text(&self) -> String {
        let Self { path, line, reason, sides } = self;
        let place = line.map_or_else(|| format!("`{path}`"), |line| format!("`{path}:{line}`"));
        let names = ["base", "yours", "new"].into_iter();
        let sides = sides.iter().flat_map(|sides| names.clone().zip(sides)).map(|(name, text)| side(name, text));
        format!("{place}: {}", why(reason)) + &sides.collect::<String>()
    }
}

/// The text of a side, each line of it on a line.
fn side(name: &str, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let more = (lines.len() > SHOWN).then(|| format!("… {}", counted(lines.len() - SHOWN, "more line")));
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
        Reason::InTheWay { of } => format!("it is yours, and the new `{of}` is the same module"),
        Reason::NotText => "you and restwell both changed a file that is not text".to_owned(),
        Reason::Invalid => "both changes together are not valid".to_owned(),
    }
}

fn since(paths: &[String]) -> Words {
    let words = told("your edits and the change cannot be merged; nothing was written");
    let words = paths.iter().fold(words, |words, path| words.because(format!("`{path}` was edited in the same place")));
    let look = CommandLine::new(["diff"]);
    words.command(paths.iter().fold(look, |look, path| look.with_word(path.as_str())))
}

fn elsewhere(title: &str) -> Words {
    told(format!("the project was changed otherwise since `{title}`; nothing was written"))
        .because("`.restwell/base` is neither that from before this change nor that from after it")
        .command(CommandLine::new(["undo"]).with_flag("--list"))
        .help("if the change was made on another branch, run the command there")
        .help("if git merged it into this one, set the old values with `restwell set`, or use `git revert`")
}

fn marked(paths: &[String], is_dry: bool, typed: &CommandLine) -> Words {
    let how = if is_dry { "would be written with" } else { "was written with" };
    let words = told(format!("the change {how} conflict markers where a person has to decide"));
    let words = paths.iter().fold(words, |words, path| words.because(format!("`{path}`")));
    if is_dry {
        return words.command(typed.clone().without("--conflict"));
    }
    words
        .command(CommandLine::new(["undo"]))
        .help("edit these files; `restwell status --check` fails until no markers are left")
}

fn broken(lines: &[String], typed: &CommandLine) -> Words {
    let (what, without) = match typed.has("--test") {
        true => ("cargo check --all-targets --locked` and `cargo test --locked", typed.clone().without("--test")),
        false => ("cargo check --all-targets --locked", typed.clone().with_flag("--no-check")),
    };
    let words = told(format!("the result does not pass `{what}`; nothing was written"));
    let words = lines.iter().fold(words, |words, line| words.because(line.clone()));
    words.command(without).help("if the project does not pass before the change either, mend that first")
}

fn unlocked(lines: &[String]) -> Words {
    let words = told("`Cargo.lock` does not resolve `Cargo.toml`, and cargo cannot; nothing was written");
    let words = lines.iter().fold(words, |words, line| words.because(line.clone()));
    words.help("run `cargo update --workspace` in the project where the registry is reachable, then this command again")
}

fn older(applied: &str, typed: &CommandLine) -> Words {
    told(format!("restwell {applied} applied the project; this is the older {VERSION}"))
        .command(typed.clone().with_flag("--downgrade"))
}
