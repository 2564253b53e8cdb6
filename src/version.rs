//! The version of this restwell: what `--version` prints, a receipt names and `--expect-version` compares.

/// Where restwell is kept, as `repository` in its manifest says; empty until there is an address.
pub const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// As in the manifest of the package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
