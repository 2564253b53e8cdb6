//! Files of earlier runs in the target: a project with another stack, or part of a project.

use camino::Utf8Path;

use crate::answers::Input;
use crate::command_line::{CommandLine, path_word, quote};
use crate::disk::{Found, Site, State};
use crate::error::Error;
use crate::plan::Plan;
use crate::replay::Replay;
use crate::report::{StayingFile, Stays};
use crate::resource::Resource;
use crate::stack::Stack;
use crate::tree::{RECEIPT, Tree};

/// The content of a `restwell.toml`.
struct Receipt {
    version: String,
    name: String,
    stack: Stack,
    resources: Vec<Resource>,
}

/// The files of the project at `site` that `tree` does not have.
pub(super) fn stays(site: &Site, tree: &Tree) -> Result<Option<Stays>, Error> {
    let receipt = match site.state {
        State::Absent => None,
        State::Directory { .. } => site.read(RECEIPT).and_then(|text| Receipt::parse(&text)),
    };
    let Some(Receipt { version, name, stack, resources }) = receipt else { return Ok(None) };
    let is_ours = version == crate::version::VERSION;
    let mut files = Vec::new();
    let before = Plan::new(&stack, &name).with(&resources).render()?;
    for (path, file) in before.files().filter(|(path, _)| tree.get(path).is_none()) {
        // A path that is no longer a regular file, such as a directory, is not a leftover.
        match site.look(path, &file.bytes) {
            Ok(Found::Same) => files.push((path.to_owned(), is_ours.then_some(true))),
            Ok(Found::Other) => files.push((path.to_owned(), is_ours.then_some(false))),
            Ok(Found::Nothing) | Err(Error::InTheWay { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let files: Vec<StayingFile> =
        files.into_iter().map(|(path, is_untouched)| StayingFile { path, is_untouched }).collect();
    let remove = remove(&site.path, &files);
    Ok((!files.is_empty()).then_some(Stays { version, files, remove }))
}

fn remove(project: &Utf8Path, files: &[StayingFile]) -> Option<String> {
    let untouched = files.iter().filter(|file| file.is_untouched == Some(true));
    let words: Vec<String> = untouched.map(|file| quote(&path_word(project.join(&file.path).as_str()))).collect();
    (!words.is_empty()).then(|| format!("rm {}", words.join(" ")))
}

/// The command that completes the project of an interrupted run, from the receipt in its staging folder.
pub(super) fn finish(site: &Site, receipt: Option<&str>) -> Option<CommandLine> {
    let Receipt { version, name, stack, resources } = Receipt::parse(receipt?)?;
    let is_named = site.file_name() != Some(name.as_str());
    let replay = Replay { path: &site.path, name: is_named.then_some(name.as_str()), stack: &stack, added: &resources };
    (version == crate::version::VERSION).then(|| replay.line())
}

impl Receipt {
    /// `None` if it is not the receipt of a valid stack, for example after a manual edit.
    fn parse(text: &str) -> Option<Self> {
        let input = Input::of_receipt(text).ok()?;
        let stack = Stack::resolve(&input.answers).ok()?.stack;
        Some(Self { version: input.written_by?, name: input.name?, stack, resources: input.resources })
    }
}
