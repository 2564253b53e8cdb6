//! A server that runs beside the project.

/// A server that runs beside the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in one clause.
    pub purpose: &'static str,
}
