//! What can be where a project should go, or around it.

use std::path::PathBuf;

use crate::command_line::CommandLine;

/// What is in a target that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occupant {
    /// Files or directories of these names.
    Files(Vec<String>),
    /// A part of another project, left by a run that was killed.
    Part {
        /// The names.
        holds: Vec<String>,
        /// The command that completes it, if that can still be told.
        finish: Option<CommandLine>,
    },
    /// Another run of restwell, which is writing now.
    Run,
    /// What another program has just made.
    Program,
}

/// What stands in the way of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A file where a directory has to be.
    File,
    /// A directory where a file has to be.
    Directory,
    /// A symbolic link: what is written through it would land elsewhere.
    Link,
    /// A symbolic link to nothing, above the target.
    DanglingLink,
}

/// A workspace whose `members` would take the project in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The manifest of the workspace.
    pub manifest: PathBuf,
    /// The entry of `members` that does it.
    pub member: String,
    /// The line that keeps the project out, unless `members` names it outright.
    pub exclude: Option<String>,
}
