//! Why a project was not merged with what this version renders.

use crate::merge::Reason;

/// Why a merge was not made, or only with markers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmerged {
    /// It needs decisions; nothing was written.
    Open {
        /// Every place to decide.
        places: Vec<OpenPlace>,
        /// Migrations for another database that restwell does not rewrite.
        to_port: Vec<String>,
    },
    /// Edits since a change and the files before it cannot be merged; nothing was written.
    Since {
        /// The files.
        paths: Vec<String>,
    },
    /// A change cannot be taken back, since its base is not that of the project; nothing was written.
    Elsewhere {
        /// The command that made it.
        title: String,
    },
    /// It was written with markers where a person has to decide.
    Marked {
        /// The files with markers.
        paths: Vec<String>,
        /// Whether it was a dry run, in which they would be written.
        is_dry: bool,
    },
    /// The result does not compile; nothing was written.
    Broken {
        /// The first lines of what cargo wrote.
        lines: Vec<String>,
    },
    /// Cargo cannot resolve the crates of the result; nothing was written.
    Unlocked {
        /// The first lines of what cargo wrote.
        lines: Vec<String>,
    },
    /// A newer version applied the project.
    Older {
        /// That version.
        applied: String,
    },
}

/// A place of a merge that a person has to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPlace {
    /// The file.
    pub path: String,
    /// The first line in the user's file; `None` if the decision is about the whole file.
    pub line: Option<usize>,
    /// Why.
    pub reason: Reason,
    /// The base, the user's side and the new side; `None` likewise.
    pub sides: Option<[String; 3]>,
}

impl Unmerged {
    /// The stable code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } | Self::Since { .. } => "RW0803",
            Self::Broken { .. } => "RW0804",
            Self::Marked { .. } => "RW0805",
            Self::Unlocked { .. } => "RW0806",
            Self::Elsewhere { .. } => "RW0807",
            Self::Older { .. } => "RW0114",
        }
    }
}
