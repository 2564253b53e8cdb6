//! The commands that show what a check found.

/// A command that shows differences. Each keeps the paths and flags that were typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The command that was typed, without `--check`.
    Same,
    /// The same with one line for each file.
    Stat,
    /// `diff`: the edits.
    Edits,
    /// `diff --new`: what this version would change.
    New,
}
