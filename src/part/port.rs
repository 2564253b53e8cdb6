//! A port on which something of the project listens.

/// A port that is listened on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// The number.
    pub number: u16,
    /// What listens there and for what.
    pub purpose: &'static str,
}
