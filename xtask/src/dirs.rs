//! Paths: the repository, and the directories under `target/` that the commands share.

use std::path::{Path, PathBuf};

/// The repository.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// `target/`, or `CARGO_TARGET_DIR`.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Tools of other registries, installed once by `cargo xtask tools`.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// The artefacts of the checks: results, logs, pictures.
pub(crate) fn proof() -> PathBuf {
    target().join("proof")
}

/// The build folder of generated projects, of the released tool and of its package. One for all of them, so that a
/// dependency with the same features is built once.
pub(crate) fn projects_target() -> PathBuf {
    target().join("projects-target")
}

/// The build folder of the stage `variants`, which runs while other stages build in the shared one.
pub(crate) fn variants_target() -> PathBuf {
    target().join("variants-target")
}
