//! Why a resource is not added to a project, or not removed from it.

use crate::resource::Mistake;

/// Why a resource is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsuitable {
    /// It is not valid.
    Invalid {
        /// As typed.
        resource: String,
        /// What is wrong with it.
        mistake: Mistake,
    },
    /// The project has no database.
    NoDatabase,
    /// The project does not have it, or restwell did not add it.
    Unknown {
        /// As typed.
        name: String,
        /// The most similar one.
        nearest: Option<String>,
    },
    /// A migration makes its table.
    Left {
        /// The resource.
        name: String,
        /// The path.
        migration: String,
        /// Whether it was left by a resource of this name that was removed.
        is_left: bool,
    },
    /// Another refers to it.
    Referred {
        /// The resource.
        name: String,
        /// The one that refers to it.
        by: String,
        /// Whether only a migration of that one does, and none of its fields any more.
        is_past: bool,
    },
}
