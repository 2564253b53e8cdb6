//! The service on Cloud Run: what its schema accepts, but the server refuses, or which refers to nothing.

mod agreement;
mod alerts;
mod containers;
mod model;
mod plants;
mod probes;
mod rules;
mod scripts;
mod syntax;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use restwell::choice::{Auth, Deploy, Monitoring, Value};
use restwell::plan::Plan;
use restwell::stack::Stack;
use restwell::tree::Tree;

use crate::projects::{self, NAME, WITH_SERVERS, all, stack};
use model::{Collector, Service};

/// The YAML files below `deploy/`, by name.
type Files = BTreeMap<String, String>;

/// What the files have to agree with.
struct Facts {
    /// The default of each setting of the service, and whether it may hold a secret.
    settings: BTreeMap<&'static str, (&'static str, bool)>,
    replicas: (u32, u32),
}

impl Facts {
    fn of(stack: &Stack) -> Self {
        let plan = Plan::new(stack, NAME);
        let settings = plan.parts.settings.iter().map(|setting| (setting.name, (setting.default, setting.secret)));
        Self { settings: settings.collect(), replicas: (stack.replicas(), stack.most_replicas()) }
    }

    /// The default of a setting that is a number.
    fn number(&self, name: &str) -> u32 {
        self.settings.get(name).and_then(|(default, _)| default.parse().ok()).expect("a number")
    }
}

#[test]
fn every_service_is_sound() {
    let mut seen = BTreeSet::new();
    for project in all().iter().filter(|project| project.stack.deploy == Deploy::Gcp) {
        let files = files(project.files());
        if seen.insert(files.clone()) {
            assert_eq!(faults(&files, &Facts::of(&project.stack)), Vec::<String>::new(), "{}", project.id());
        }
    }
    assert!(seen.len() > 10, "{} distinct services", seen.len());
}

/// Settings that every deployment has to set, with Cloud Run's grace of ten seconds.
#[test]
fn every_secret_and_every_setting_of_the_operator_is_there() {
    for project in all().iter().filter(|project| project.stack.deploy == Deploy::Gcp) {
        let text = project.text("deploy/service.yaml");
        let plan = Plan::new(&project.stack, NAME);
        let names = plan.parts.settings.secrets().map(|secret| secret.name);
        let edited = plan.parts.settings.of_operator().map(|(setting, _)| setting.name);
        let fixed = plan.parts.settings.fixed().map(|(name, _)| name);
        for name in names.chain(edited).chain(fixed) {
            assert!(text.contains(&format!("- name: {name}\n")), "{name} in {}", project.id());
        }
        for secret in plan.parts.settings.secrets() {
            let deployed = project.files().filter(|(path, _)| path.starts_with("deploy"));
            let found = deployed.filter(|(_, text)| text.contains(secret.example)).map(|(path, _)| path);
            assert_eq!(found.collect::<Vec<_>>(), Vec::<&Utf8Path>::new(), "{}", secret.name);
        }
    }
}

fn files<'a>(of: impl Iterator<Item = (&'a Utf8Path, &'a str)>) -> Files {
    let yaml =
        of.filter(|(path, _)| path.parent() == Some(Utf8Path::new("deploy")) && path.extension() == Some("yaml"));
    yaml.map(|(path, text)| (path.file_name().unwrap_or_default().to_owned(), text.to_owned())).collect()
}

/// The stack with the most lines in its service.
fn largest(monitoring: Monitoring) -> Stack {
    let values = [Value::Deploy(Deploy::Gcp), Value::Auth(Auth::Jwt), Value::Monitoring(monitoring)];
    stack(WITH_SERVERS.into_iter().chain(values))
}

fn tree(monitoring: Monitoring) -> Tree {
    projects::tree(&largest(monitoring))
}

/// What is wrong with the files of a deployment.
fn faults(files: &Files, facts: &Facts) -> Vec<String> {
    let known = ["service.yaml", "collector.yaml"];
    let mut faults: Vec<String> = files
        .keys()
        .filter(|name| !known.contains(&name.as_str()))
        .map(|name| format!("{name}: read by nothing"))
        .collect();
    let Some(text) = files.get("service.yaml") else { return vec!["no service.yaml".to_owned()] };
    let service: Service = match parse(text) {
        Ok(service) => service,
        Err(error) => return vec![error],
    };
    faults.extend(rules::faults(&service, facts));
    match files.get("collector.yaml").map(|text| parse::<Collector>(text)).transpose() {
        Ok(collector) => faults.extend(rules::of_collector(&service, collector.as_ref(), facts)),
        Err(error) => faults.push(error),
    }
    faults
}

/// A number is no text, although YAML may read it as one.
fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    let value: serde_yaml_ng::Value = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
    serde_yaml_ng::from_value(value).map_err(|error| error.to_string())
}
