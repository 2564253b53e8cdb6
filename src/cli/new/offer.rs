//! Offers to run the first command of a new project.

use std::path::Path;

use crate::error::Error;
use crate::interrupt;
use crate::program;
use crate::prompt;
use crate::report::Report;
use crate::shell::{STRONG, Shell};

/// Offers to run the first of the next steps in the new project. On `y` the command replaces this process, so it has
/// its terminal, its signals and its exit code.
pub(super) fn first_step(report: &Report, directory: &Path, shell: &mut Shell) -> Result<(), Error> {
    if shell.is_quiet() {
        return Ok(());
    }
    let Some(step) = report.next_steps.iter().find(|step| !step.starts_with("cd ")) else { return Ok(()) };
    // Everything is written and reported, so a signal may end the program at once.
    interrupt::nothing_to_clean_up();
    let command = shell.paint(STRONG, step);
    if !prompt::agrees(&format!("Run `{command}` there now?"), shell) {
        return Ok(());
    }
    let failed = program::replace(step, directory);
    shell.warn(format!("`{step}` could not be started: {failed}"));
    Ok(())
}
