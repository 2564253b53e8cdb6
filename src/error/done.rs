//! What is left of a change that failed.

/// What a command had done when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing: the target is unchanged.
    Nothing,
    /// Part of the change of this number, which the next command finishes.
    Part(u32),
}
