//! Patterns of the paths of a project, such as `ops/alerts/*.yml`: `*` and `?` stay in their directory, and `**` is any
//! number of directories.

use std::fmt;

use camino::Utf8Path;
use glob::MatchOptions;

const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// A pattern of paths relative to the root of a project.
#[derive(Clone, Debug)]
pub struct Pattern(glob::Pattern);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in one clause.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        glob::Pattern::new(text).map(Self).map_err(|error| error.msg)
    }

    /// The text of the pattern that matches only this path.
    pub fn escape(path: &Utf8Path) -> String {
        glob::Pattern::escape(path.as_str())
    }

    /// The text of the pattern that matches everything in this directory; the root is the empty path.
    pub fn everything_in(directory: &Utf8Path) -> String {
        match directory.as_str() {
            "" => "**".to_owned(),
            _ => format!("{}/**", Self::escape(directory)),
        }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it matches a path.
    pub fn matches(&self, path: &Utf8Path) -> bool {
        self.0.matches_with(path.as_str(), OPTIONS)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_stars_cross_a_directory() {
        for (pattern, path, expected) in [
            ("ops/*.yml", "ops/a.yml", true),
            ("ops/*.yml", "ops/alerts/a.yml", false),
            ("ops?a", "ops/a", false),
            ("*", "README.md", true),
            ("*", "docs/a.md", false),
            ("*", ".gitignore", true),
            ("**", "README.md", true),
            ("**", ".github/workflows/ci.yml", true),
            ("ops/**", "ops/a.yml", true),
            ("ops/**", "ops/alerts/.a/b.yml", true),
            ("ops/**", "opsa/b.yml", false),
            ("**/*.yml", "ops/alerts/a.yml", true),
            ("**/*.yml", "a.yml", true),
        ] {
            let found = Pattern::new(pattern).expect("valid").matches(path.into());
            assert_eq!(found, expected, "{pattern} {path}");
        }
        assert!(Pattern::new("ops/***").is_err());
    }
}
