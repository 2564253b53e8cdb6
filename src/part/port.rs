//! A port on which the project or a service listens.

/// A port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// The number.
    pub number: u16,
    /// What it serves.
    pub purpose: &'static str,
}
