//! Paths that the user typed.

use camino::{Utf8Path, Utf8PathBuf};

use super::Project;
use crate::disk::Root;
use crate::error::Error;
use crate::pattern::Pattern;
use crate::spelling;

impl Project {
    /// A path that was typed, relative to the root: that of a known file, or of a directory with known files.
    ///
    /// # Errors
    /// [`Error::NoSuchFile`]
    pub fn path_of<'a>(
        &self,
        typed: &Utf8Path,
        known: impl Iterator<Item = &'a Utf8PathBuf> + Clone,
    ) -> Result<Utf8PathBuf, Error> {
        let path = self.root.inside(typed).filter(|path| known.clone().any(|known| known.starts_with(path)));
        path.ok_or_else(|| self.no_such_file(typed, known))
    }

    /// The pattern of what was typed, relative to the root: of a known file, of all files in a directory, or one that
    /// matches a known file.
    ///
    /// # Errors
    /// [`Error::NoSuchFile`]
    pub fn pattern_of<'a>(
        &self,
        typed: &Utf8Path,
        known: impl Iterator<Item = &'a Utf8PathBuf> + Clone,
    ) -> Result<Pattern, Error> {
        let unknown = || self.no_such_file(typed, known.clone());
        let inside = self.root.inside(typed).ok_or_else(unknown)?;
        let text = if known.clone().any(|path| *path == inside) {
            Pattern::escape(&inside)
        } else if known.clone().any(|path| path.starts_with(&inside)) {
            Pattern::everything_in(&inside)
        } else {
            inside.into_string()
        };
        let is_matching = |pattern: &Pattern| known.clone().any(|path| pattern.matches(path));
        Pattern::new(&text).ok().filter(is_matching).ok_or_else(unknown)
    }

    /// The error about a path that is not that of a known file, with the most similar one that is.
    pub fn no_such_file<'a>(&self, typed: &Utf8Path, known: impl Iterator<Item = &'a Utf8PathBuf> + Clone) -> Error {
        let nearest = nearest(&self.root, typed, known);
        Error::NoSuchFile { path: typed.to_string(), nearest: nearest.map(|path| self.root.relative(&path).into()) }
    }
}

/// The known path that was probably meant: one that was typed relative to the root, or else the most similar one.
fn nearest<'a>(
    root: &Root,
    typed: &Utf8Path,
    known: impl Iterator<Item = &'a Utf8PathBuf> + Clone,
) -> Option<Utf8PathBuf> {
    // Without `./` and a slash at the end.
    let plain: Utf8PathBuf = typed.components().filter(|part| part.as_str() != ".").collect();
    if !plain.as_str().is_empty() && known.clone().any(|known| known.starts_with(&plain)) {
        return Some(plain);
    }
    let similar = |path: &Utf8Path| spelling::nearest(path.as_str(), known.clone().map(|path| path.as_str()));
    let nearest = root.inside(typed).and_then(|path| similar(&path)).or_else(|| similar(&plain));
    nearest.map(Utf8PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_that_was_meant_is_found_from_the_working_directory() {
        let root = Root::in_directory("src/routes");
        let known = ["README.md", "src/app.rs", "src/routes/mod.rs", "ops/runbook/api.md"].map(Utf8PathBuf::from);
        for (typed, expected) in [
            ("README.md", Some("../../README.md")),
            ("REDME.md", Some("../../README.md")),
            ("../../REDME.md", Some("../../README.md")),
            ("mdo.rs", Some("mod.rs")),
            ("../ap.rs", Some("../app.rs")),
            ("src/app.rs", Some("../app.rs")),
            ("./src/routes/", Some(".")),
            ("ops", Some("../../ops")),
            ("something-else", None),
        ] {
            let nearest = nearest(&root, typed.into(), known.iter()).map(|path| root.relative(&path));
            assert_eq!(nearest.as_deref(), expected.map(Utf8Path::new), "{typed}");
        }
    }
}
