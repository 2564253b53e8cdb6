//! `restwell undo` and `restwell redo`: take a change back, make it again.

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::changed::{self, Changed};
use crate::answers;
use crate::disk::{Change, ChangeKind, Root};
use crate::error::Error;
use crate::project::{inverses, last_made, last_undone, made_since, stacks};
use crate::shell::{Format, Shell};

/// Take the last change back, or several
///
/// Every file gets its old content and permissions. What you edited since is merged; if that is not possible, nothing is
/// written.
#[derive(Args, Debug)]
pub(super) struct Undo {
    /// List the changes that can be taken back
    #[arg(long, conflicts_with_all = ["dry_run", "to"])]
    list: bool,
    /// Take back this change and all that were made after it; `--list` has the numbers
    #[arg(long, value_name = "NUMBER")]
    to: Option<u32>,
    /// Print what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Make a change again that was taken back
#[derive(Args, Debug)]
pub(super) struct Redo {
    /// Print what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// What `undo` prints as JSON: the change, or with `--list` all of them.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum UndoOutput {
    Changed(Changed),
    Changes(Changes),
}

/// The changes of a project.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Changes {
    /// Those that `undo` takes back, the newest first.
    made: Vec<Listed>,
    /// Those that `redo` makes again, the newest first.
    undone: Vec<Listed>,
}

/// A change in the list.
#[derive(Debug, Serialize, JsonSchema)]
struct Listed {
    number: u32,
    /// The command that made it.
    title: String,
    /// The number of its files.
    files: usize,
}

impl Undo {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        if !self.list {
            return take_back(ChangeKind::Undo, self.to, self.dry_run, shell);
        }
        super::warn_of(&answers::check(&answers::environment())?, shell);
        let (made, undone) = stacks(Root::find()?.history()?);
        let list = |entries: Vec<crate::disk::Made>| -> Vec<Listed> {
            let listed = entries.into_iter().rev();
            let listed = listed.map(|made| Listed {
                number: made.number,
                title: made.change.title,
                files: made.change.files.len(),
            });
            listed.collect()
        };
        let changes = Changes { made: list(made), undone: list(undone) };
        let text = changes.text();
        shell.answer("undo", || UndoOutput::Changes(changes), || text)
    }
}

impl Redo {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        take_back(ChangeKind::Redo, None, self.dry_run, shell)
    }
}

impl Changes {
    fn text(&self) -> String {
        let line = |kind: &str, Listed { number, title, files }: &Listed| {
            format!("{number:>4}  {kind}  {title}  ({files} files)\n")
        };
        let made = self.made.iter().map(|listed| line("made  ", listed));
        self.undone.iter().map(|listed| line("undone", listed)).chain(made).collect()
    }
}

fn take_back(kind: ChangeKind, to: Option<u32>, is_dry: bool, shell: &mut Shell) -> Result<(), Error> {
    super::warn_of(&answers::check(&answers::environment())?, shell);
    let root = Root::find()?;
    let turn = if is_dry { None } else { Some(root.take_turn()?) };
    let history = root.history()?;
    let (command, made) = match (kind, to) {
        (ChangeKind::Redo, _) => ("redo", vec![last_undone(history)?]),
        (ChangeKind::Change | ChangeKind::Undo, None) => ("undo", vec![last_made(history)?]),
        (ChangeKind::Change | ChangeKind::Undo, Some(number)) => ("undo", made_since(history, number)?),
    };
    let changes = inverses(&root, &made, kind)?;
    if let Some(turn) = turn {
        for (made, change) in changes.iter().enumerate() {
            turn.make(change).map_err(|error| error.after(made))?;
        }
    }
    let changed = Changed::of(&changes.iter().fold(Change::default(), Change::then), is_dry);
    match (kind, shell.options.format) {
        (ChangeKind::Undo, Format::Json) => shell.json(command, UndoOutput::Changed(changed)),
        _ => changed::report(command, &changed, shell),
    }
}
