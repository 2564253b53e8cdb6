//! What one value adds to a project, computed from two plans.

use std::collections::BTreeSet;
use std::fmt;

use camino::Utf8PathBuf;
use schemars::JsonSchema;
use serde::Serialize;

use crate::choice::Value;
use crate::feature::wanted;
use crate::plan::Plan;
use crate::stack::{Answers, Origin, Stack};
use crate::template;

/// What a project has only with a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Addition {
    /// Paths.
    pub files: Vec<String>,
    /// Direct dependencies.
    pub crates: Vec<String>,
    /// Servers beside it.
    pub services: Vec<String>,
}

impl Addition {
    /// Compares the default project with this value to the nearest one without it.
    pub fn of(value: Value) -> Self {
        Self::to(value, &Answers::default())
    }

    /// Compares the project of `answers` with this value to the nearest one without it.
    pub fn to(value: Value, answers: &Answers) -> Self {
        let Some(none) = value.choice().parse("none") else { return Self::default() };
        let with = beside(value, answers);
        let rest: Answers = with.values().map(|value| (value, Origin::Preset)).collect();
        let without = beside(none, &rest);
        let (more, less) = (Plan::new(&with, "project"), Plan::new(&without, "project"));
        let known: Vec<&str> = less.parts.manifest.normal().collect();
        let services =
            more.parts.servers.iter().filter(|server| less.parts.servers.iter().all(|known| known.name != server.name));
        Self {
            files: paths(&with).difference(&paths(&without)).map(ToString::to_string).collect(),
            crates: more.parts.manifest.normal().filter(|name| !known.contains(name)).map(str::to_owned).collect(),
            services: services.map(|server| server.name.to_owned()).collect(),
        }
    }

    /// Whether it adds nothing.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.crates.is_empty() && self.services.is_empty()
    }
}

fn beside(value: Value, rest: &Answers) -> Stack {
    let mut answers = rest.clone();
    answers.set(value, Origin::Flag);
    Stack::resolve(&answers).expect("a single value never conflicts").stack
}

/// The files from templates; files rendered in Rust are in every project.
fn paths(stack: &Stack) -> BTreeSet<Utf8PathBuf> {
    wanted(stack).flat_map(|feature| template::folder(feature.id)).map(|(path, _)| path).collect()
}

/// `adds 3 files, the crate quick_cache, the service Prometheus`
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
