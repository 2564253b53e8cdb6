//! The counter from which the objective is measured: answers by class of status, counted as near to clients as possible.

use std::collections::BTreeMap;

use super::name_job;

/// A counter whose label `code` is the class of the status: `2xx`, `5xx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Its name.
    pub name: &'static str,
    /// The labels that select it, without `code`.
    pub labels: &'static str,
    /// What it counts, as a sentence.
    pub scope: &'static str,
}

impl Indicator {
    /// What templates may ask for: `<% indicator.failed %>`, each as a selector that is also one series.
    pub(crate) fn fields(self, project: &str) -> BTreeMap<&'static str, String> {
        let Self { name, labels, scope } = self;
        let labels = name_job(labels, project);
        let of = |code: &str| format!("{name}{{{labels},code=\"{code}\"}}");
        let answered = format!("{name}{{{labels}}}");
        BTreeMap::from([
            ("answered", answered),
            ("succeeded", of("2xx")),
            ("failed", of("5xx")),
            ("scope", scope.to_owned()),
        ])
    }
}
