//! What can prevent a project from being written at a path.

use std::path::PathBuf;

use camino::Utf8PathBuf;

use crate::command_line::CommandLine;

/// What is in a target directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occupant {
    /// Files or directories of these names.
    Files(Vec<String>),
    /// Part of another project, left by a killed run.
    Part {
        /// The names.
        holds: Vec<String>,
        /// The command that completes it, if its receipt was written.
        finish: Option<CommandLine>,
    },
    /// Another restwell process is writing there now.
    Run,
    /// Another program created it after the check.
    Program,
}

/// Something that restwell never replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A file where a directory has to be.
    File,
    /// A directory where a file has to be.
    Directory,
    /// Something else, such as a pipe, where a file has to be.
    Special,
    /// A symbolic link: files written through it would be created elsewhere.
    Link,
    /// A dangling symbolic link above the target.
    DanglingLink,
}

/// A workspace whose `members` match the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The manifest of the workspace.
    pub manifest: PathBuf,
    /// The entry of `members` that matches.
    pub member: String,
    /// The line that excludes the project; `None` if `members` lists it by path, which `exclude` does not override.
    pub exclude: Option<String>,
    /// A free path beside the workspace, where the project can be written instead.
    pub elsewhere: Option<Utf8PathBuf>,
}
