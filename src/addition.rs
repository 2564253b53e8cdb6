//! What one value adds to a project, read off two plans rather than written down.

use std::fmt;

use crate::choice::{Choice, Value};
use crate::error::Error;
use crate::plan::Plan;
use crate::stack::{Answers, Origin, Stack};

/// What a project has with a value and has not without.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addition {
    /// Paths.
    pub files: Vec<String>,
    /// Direct dependencies.
    pub crates: Vec<String>,
    /// Servers beside it.
    pub services: Vec<String>,
}

impl Addition {
    /// Compares the default project with this value to the one closest to it without.
    ///
    /// # Errors
    /// [`Error::Bug`] if one of the two cannot be rendered.
    pub fn of(value: Value) -> Result<Self, Error> {
        let Some(none) = value.choice().parse("none") else {
            return Ok(Self::default());
        };
        let with = beside(value, &Answers::default())?;
        let rest: Answers = Choice::ALL.iter().map(|&choice| (with.get(choice), Origin::Preset)).collect();
        let without = beside(none, &rest)?;
        let (with, without) = (Plan::new(&with, "project"), Plan::new(&without, "project"));
        let (tree, smaller) = (with.sources()?, without.sources()?);
        let is_new = |name: &&'static str| !without.manifest.normal().any(|known| known == *name);
        Ok(Self {
            files: tree
                .files()
                .map(|(path, _)| path)
                .filter(|path| smaller.get(path).is_none())
                .map(ToString::to_string)
                .collect(),
            crates: with.manifest.normal().filter(is_new).map(str::to_owned).collect(),
            services: with
                .services
                .iter()
                .filter(|service| !without.services.contains(service))
                .map(|service| service.name.to_owned())
                .collect(),
        })
    }

    /// Whether it adds nothing.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.crates.is_empty() && self.services.is_empty()
    }
}

fn beside(value: Value, rest: &Answers) -> Result<Stack, Error> {
    let mut answers = rest.clone();
    answers.set(value, Origin::Flag);
    let resolution = Stack::resolve(&answers).map_err(|_| Error::Bug(format!("no valid stack has {value}")))?;
    Ok(resolution.stack)
}

/// `adds 3 files, the crate moka, the service Prometheus`
impl fmt::Display for Addition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |word: &str, names: &[String]| match names {
            [] => None,
            [one] => Some(format!("the {word} {one}")),
            several => Some(format!("the {word}s {}", several.join(", "))),
        };
        let files = match self.files.len() {
            0 => None,
            1 => Some("1 file".to_owned()),
            several => Some(format!("{several} files")),
        };
        let parts = [files, named("crate", &self.crates), named("service", &self.services)];
        write!(f, "adds {}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}
