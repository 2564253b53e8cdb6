//! How large a project is: code lines in `src/` and crates that it is built from.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::project;

/// The most that a preset may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    pub(crate) lines: usize,
    pub(crate) crates: usize,
}

/// The most code lines that one file may have.
const FILE_LINES: usize = 200;

impl Budget {
    /// What the presets promise in the README.
    pub(crate) fn of(preset: &str) -> Self {
        match preset {
            "minimal" => Self { lines: 550, crates: 100 },
            "standard" => Self { lines: 1300, crates: 230 },
            _ => Self { lines: 2000, crates: 400 },
        }
    }

    /// Holds `folder` against the budget of code lines.
    pub(crate) fn check_lines(self, folder: &Path) -> Result<String> {
        let mut sum = 0;
        for path in project::files(&folder.join("src"))? {
            if path.extension().is_some_and(|extension| extension == "rs") {
                let lines = code_lines(&fs::read_to_string(&path)?);
                if lines > FILE_LINES {
                    bail!("{} has {lines} code lines of {FILE_LINES}", path.display());
                }
                sum += lines;
            }
        }
        within(sum, self.lines, "code lines")
    }

    /// Holds `folder` against the budget of crates.
    pub(crate) fn check_crates(self, folder: &Path) -> Result<String> {
        within(crates(folder)?, self.crates, "crates")
    }
}

/// How many distinct crates a build of `folder` compiles, itself included.
pub(crate) fn crates(folder: &Path) -> Result<usize> {
    let arguments = ["tree", "--locked", "-e", "normal,build", "--prefix", "none"];
    let tree = project::cargo(folder).args(arguments).read()?;
    let distinct: BTreeSet<_> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    Ok(distinct.len())
}

/// Lines that are neither blank nor only a comment.
fn code_lines(source: &str) -> usize {
    let code = |line: &&str| !line.is_empty() && !line.starts_with("//");
    source.lines().map(str::trim).filter(code).count()
}

fn within(found: usize, most: usize, what: &str) -> Result<String> {
    if found > most {
        bail!("{found} {what}, at most {most}");
    }
    Ok(format!("{found} {what} of {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blanks_do_not_count() {
        assert_eq!(code_lines("//! What\n\nfn a() {\n    // why\n}\n"), 2);
    }
}
