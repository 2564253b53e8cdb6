//! The deployment to a host with systemd: what systemd and HAProxy accept, and what then does not work.

mod balancer;
mod host;
mod plants;
mod scripts;
mod unit;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use restwell::choice::Deploy;
use restwell::plan::Plan;

use crate::projects::{NAME, Project, all};

/// The files below `deploy/`, and what they have to agree with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Deployment {
    files: BTreeMap<Utf8PathBuf, String>,
    /// The settings of the service, each with whether it may hold a secret.
    settings: BTreeMap<&'static str, bool>,
    /// The secrets that only the operator knows.
    secrets: BTreeSet<String>,
    /// Seconds, by default.
    drain_timeout: u32,
    replicas: u16,
    /// Whether the database is a file on the host.
    has_file: bool,
    is_limited: bool,
}

#[test]
fn every_deployment_is_sound() {
    let mut seen = BTreeSet::new();
    for project in all().iter().filter(|project| project.stack.deploy == Deploy::Systemd) {
        let deployment = deployment(project);
        if !seen.contains(&deployment) {
            assert_eq!(faults(&deployment), Vec::<String>::new(), "{}", project.id());
            seen.insert(deployment);
        }
    }
    assert!(seen.len() > 10, "{} distinct deployments", seen.len());
}

fn deployment(project: &Project) -> Deployment {
    let files = project.files().filter(|(path, _)| path.starts_with("deploy"));
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    of(&project.stack, files, project.text(".env.example"))
}

fn of(stack: &restwell::stack::Stack, files: BTreeMap<Utf8PathBuf, String>, example: &str) -> Deployment {
    use restwell::choice::{Database, Limiter};
    let settings = Plan::new(stack, NAME).parts.settings;
    let timeout = example.lines().find_map(|line| line.strip_prefix("DRAIN_TIMEOUT=")?.strip_suffix('s'));
    Deployment {
        files,
        settings: settings.iter().map(|setting| (setting.name, setting.secret)).collect(),
        secrets: settings.secrets().map(|secret| secret.name.to_owned()).collect(),
        drain_timeout: timeout.and_then(|number| number.parse().ok()).expect("a number of seconds"),
        replicas: u16::try_from(stack.replicas()).expect("a few"),
        has_file: stack.database == Database::Sqlite,
        is_limited: stack.limiter != Limiter::None,
    }
}

impl Deployment {
    fn text(&self, path: &str) -> &str {
        self.files.get(camino::Utf8Path::new("deploy").join(path).as_path()).map_or("", String::as_str)
    }

    /// The port of each replica, and behind them that of the spare.
    fn ports(&self) -> Vec<u16> {
        (8080..=8080 + self.replicas).collect()
    }
}

/// What is wrong with it.
fn faults(deployment: &Deployment) -> Vec<String> {
    [unit::faults(deployment), balancer::faults(deployment), host::faults(deployment)].concat()
}
