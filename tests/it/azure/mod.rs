//! The description of an app in Azure Container Apps: what the models of its API accept, but Azure refuses, or which refers to
//! nothing.

mod agreement;
mod model;
mod plants;
mod rules;
mod scripts;

use std::collections::BTreeSet;

use restwell::choice::{Deploy, Value};
use restwell::plan::Plan;
use restwell::stack::Stack;

use crate::projects::{NAME, WITH_SERVERS, all, stack};
use rules::Service;

const FILE: &str = "deploy/container-app.yaml";

#[test]
fn every_app_is_sound() {
    let mut seen = BTreeSet::new();
    for project in all().iter().filter(|project| project.stack.deploy == Deploy::Azure) {
        let text = project.text(FILE);
        let plan = Plan::new(&project.stack, NAME);
        let settings: Vec<_> = plan.parts.settings.iter().map(|setting| setting.name).collect();
        if seen.insert((text, settings)) {
            assert_eq!(rules::faults(text, &service(&plan)), Vec::<String>::new(), "{}", project.id());
        }
    }
    assert!(seen.len() > 10, "{} distinct apps", seen.len());
}

fn service<'a>(plan: &'a Plan<'_>) -> Service<'a> {
    let settings = plan.parts.settings.iter().map(|setting| (setting.name, (setting.default, setting.secret)));
    Service { settings: settings.collect(), replicas: (plan.stack.replicas(), plan.stack.most_replicas()) }
}

/// The stack with the most secrets.
fn largest() -> Stack {
    stack([Value::Deploy(Deploy::Azure)].into_iter().chain(WITH_SERVERS))
}
