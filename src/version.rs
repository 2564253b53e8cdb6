//! The version of this restwell: what `--version` prints, a receipt names and `--expect-version` compares.

/// As in the manifest of the package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
