//! Cargo builds whose JSON messages are read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;

use crate::project;

/// Builds the test programs of the project in `folder` and returns their paths. `targets` limits them, as in
/// `["--test", "api"]`; empty means all. They can be run without cargo, which would first check for changes and wait
/// for other builds.
pub(crate) fn tests(folder: &Path, targets: &[&str]) -> Result<Vec<PathBuf>> {
    let build = ["test", "--locked", "--quiet", "--no-run", "--message-format=json"];
    let output = project::cargo(folder).args(build).args(targets).limit(Duration::from_secs(1200)).capture()?;
    let mut programs = Vec::new();
    let mut errors = String::new();
    for message in Message::parse_stream(output.stdout.as_bytes()) {
        match message? {
            Message::CompilerArtifact(artifact) if artifact.profile.test => {
                programs.extend(artifact.executable.map(PathBuf::from));
            }
            Message::CompilerMessage(message) if message.message.level == DiagnosticLevel::Error => {
                errors.push_str(&message.message.rendered.unwrap_or(message.message.message));
            }
            _ => {}
        }
    }
    if !output.status.success() {
        bail!("it does not compile\n{errors}{}", output.stderr);
    }
    if programs.is_empty() {
        bail!("cargo names no test program");
    }
    Ok(programs)
}
