//! `restwell undo` and `restwell redo`: take a change back, make it again.

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::changed::{self, Changed};
use crate::answers;
use crate::disk::{ChangeKind, History, Made, Root};
use crate::error::Error;
use crate::project::{inverse, is_to_take_back, last_made, last_undone, made_since};
use crate::shell::{Format, Shell};
use crate::spelling::counted;

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
        if self.list {
            return list(shell);
        }
        let what = |history| {
            let made = match self.to {
                None => vec![last_made(history)?],
                Some(number) => made_since(history, number)?,
            };
            let numbers = made.iter().map(|made| made.number).collect();
            Ok((made, ChangeKind::Undo(numbers)))
        };
        let changed = take_back(what, self.dry_run, shell)?;
        match shell.options.format {
            Format::Json => shell.json("undo", UndoOutput::Changed(changed)),
            _ => changed::report("undo", &changed, shell),
        }
    }
}

impl Redo {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let what = |history| {
            let undone = last_undone(history)?;
            let kind = ChangeKind::Redo(undone.number);
            Ok((vec![undone], kind))
        };
        let changed = take_back(what, self.dry_run, shell)?;
        changed::report("redo", &changed, shell)
    }
}

impl Changes {
    fn of(History { made, undone }: History) -> Self {
        let list = |entries: Vec<Made>| entries.into_iter().rev().map(Listed::of).collect();
        Self { made: list(made), undone: list(undone) }
    }

    fn text(&self) -> String {
        let line = |kind: &str, Listed { number, title, files }: &Listed| {
            format!("{number:>4}  {kind}  {}  ({})\n", title.trim_end(), counted(*files, "file"))
        };
        let made = self.made.iter().map(|listed| line("made  ", listed));
        self.undone.iter().map(|listed| line("undone", listed)).chain(made).collect()
    }
}

impl Listed {
    fn of(Made { number, change }: Made) -> Self {
        Self { number, title: change.title, files: change.files.len() }
    }
}

fn list(shell: &mut Shell) -> Result<(), Error> {
    super::warn_of(&answers::check(&answers::environment())?, shell);
    let changes = Changes::of(Root::find()?.history()?);
    let text = changes.text();
    shell.answer("undo", || UndoOutput::Changes(changes), || text)
}

/// Takes back what is chosen from the history.
fn take_back(
    choose: impl FnOnce(History) -> Result<(Vec<Made>, ChangeKind), Error>,
    is_dry: bool,
    shell: &mut Shell,
) -> Result<Changed, Error> {
    super::warn_of(&answers::check(&answers::environment())?, shell);
    let root = Root::find()?;
    let turn = if is_dry { None } else { Some(root.take_turn()?) };
    let (made, kind) = choose(root.history()?)?;
    let change = inverse(&root, &made, kind)?;
    // Otherwise the change would be gone from the history although nothing was taken back.
    if let Some(turn) = turn.filter(|_| is_to_take_back(&made, &change)) {
        turn.make(&change)?;
    }
    Ok(Changed::of(&change, is_dry))
}
