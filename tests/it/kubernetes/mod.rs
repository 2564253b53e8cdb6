//! The manifests for Kubernetes: what their schema accepts, but an API server refuses, or which refers to nothing.

mod account;
mod environment;
mod model;
mod plants;
mod pods;
mod references;
mod scripts;
mod syntax;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use restwell::choice::{Ci, Deploy, Monitoring};

use crate::projects::{Project, all, default_of, environment_in_telemetry};
use environment::Files;

const ENVIRONMENTS: [&str; 2] = ["staging", "production"];

#[test]
fn every_environment_is_sound() {
    let mut seen = BTreeSet::new();
    for project in all().iter().filter(|project| project.stack.deploy == Deploy::Kubernetes) {
        let files = files(project);
        let timeout = drain_timeout(project);
        if seen.insert((files.clone(), timeout)) {
            assert_eq!(faults(&files, timeout), Vec::<String>::new(), "{}", project.id());
        }
    }
    assert!(seen.len() > 10, "{} distinct deployments", seen.len());
}

/// What the operator sets is a setting of the service, and no secret is in a file of the repository.
#[test]
fn the_settings_of_every_environment_are_those_of_the_service() {
    for project in all().iter().filter(|project| project.stack.deploy == Deploy::Kubernetes) {
        let plan = restwell::plan::Plan::new(&project.stack, crate::projects::NAME);
        let secrets: BTreeMap<&str, bool> =
            plan.parts.settings.iter().map(|setting| (setting.name, setting.secret)).collect();
        for name in ENVIRONMENTS {
            let built = environment::build(&files(project), name).unwrap_or_else(|fault| panic!("{fault}"));
            for setting in built.settings.values().flat_map(BTreeMap::keys) {
                assert_eq!(secrets.get(setting.as_str()), Some(&false), "{setting} in {name} of {}", project.id());
            }
        }
    }
}

/// A project without a pipeline has no account for one.
#[test]
fn a_pipeline_has_an_account() {
    for project in all().iter().filter(|project| project.stack.deploy == Deploy::Kubernetes) {
        assert_eq!(project.get(account::FILE).is_some(), project.stack.ci != Ci::None, "{}", project.id());
    }
}

/// What receives telemetry over OTLP is outside the pod.
#[test]
fn the_receiver_of_telemetry_can_be_reached() {
    for project in all().iter().filter(|project| project.stack.deploy == Deploy::Kubernetes) {
        let network = project.text("deploy/base/network.yaml");
        let sends = matches!(project.stack.monitoring, Monitoring::Otlp | Monitoring::Datadog);
        assert_eq!(network.contains("port: 4318"), sends, "{}", project.id());
    }
}

#[test]
fn the_telemetry_of_staging_is_told_apart_from_that_of_production() {
    for project in all().iter().filter(|project| project.stack.deploy == Deploy::Kubernetes) {
        let Some((setting, before)) = environment_in_telemetry(&project.stack) else { continue };
        for name in ENVIRONMENTS {
            let built = environment::build(&files(project), name).unwrap_or_else(|fault| panic!("{fault}"));
            let value = built.settings.values().find_map(|settings| settings.get(setting));
            assert_eq!(value, Some(&format!("{before}{name}")), "{setting} in {name} of {}", project.id());
        }
    }
}

/// The manifests and the files that they name.
fn files(project: &Project) -> Files {
    let is_one = |path: &Utf8Path| matches!(path.extension(), Some("yaml" | "env"));
    let files = project.files().filter(|(path, _)| path.starts_with("deploy") && is_one(path));
    files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

/// Seconds, by default.
fn drain_timeout(project: &Project) -> u32 {
    syntax::seconds(default_of(project.text(".env.example"), "DRAIN_TIMEOUT")).expect("a number of seconds")
}

/// What is wrong with the environments of a project, and with the account that deploys to production, if it has one.
fn faults(files: &Files, drain_timeout: u32) -> Vec<String> {
    let of = |name: &str| match environment::build(files, name) {
        Ok(environment) => {
            let mut faults = references::faults(&environment, drain_timeout);
            if name == "production" {
                faults.extend(account::faults(files, &environment));
            }
            faults
        }
        Err(fault) => vec![fault],
    };
    ENVIRONMENTS.iter().flat_map(|name| of(name).into_iter().map(move |fault| format!("{name}: {fault}"))).collect()
}
