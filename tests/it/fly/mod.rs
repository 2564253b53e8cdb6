//! The files for Fly.io. Nothing here can ask the platform, so every key, value and reference is checked by rules of its own.

mod agreement;
mod model;
mod plants;
mod rules;
mod scripts;

use std::collections::BTreeSet;

use restwell::choice::{Database, Deploy, Value};
use restwell::plan::Plan;
use restwell::stack::Stack;

use crate::projects::{self, NAME, all};
use rules::Service;

const SERVICE: &str = "fly.toml";
const WATCH: &str = "deploy/monitoring/fly.toml";

#[test]
fn every_app_is_sound() {
    let mut seen = BTreeSet::new();
    for project in all().iter().filter(|project| project.stack.deploy == Deploy::Fly) {
        let text = project.text(SERVICE);
        // The same text may be right for one service and wrong for another.
        let plan = Plan::new(&project.stack, NAME);
        let settings: Vec<_> = plan.parts.settings.iter().map(|setting| setting.name).collect();
        if seen.insert((text, settings)) {
            assert_eq!(rules::of_service(text, &service(&plan)), Vec::<String>::new(), "{}", project.id());
        }
        if let Some(watch) = project.get(WATCH) {
            assert_eq!(rules::of_watch(watch, NAME), Vec::<String>::new(), "{}", project.id());
        }
    }
    assert!(seen.len() > 10, "{} distinct apps", seen.len());
}

fn service<'a>(plan: &'a Plan<'_>) -> Service<'a> {
    let settings = plan.parts.settings.iter().map(|setting| (setting.name, (setting.default, setting.secret)));
    Service {
        settings: settings.collect(),
        replicas: plan.stack.replicas(),
        has_file: plan.stack.database == Database::Sqlite,
    }
}

/// A stack for Fly.io with these values.
fn stack(values: &[Value]) -> Stack {
    projects::stack(values.iter().copied().chain([Value::Deploy(Deploy::Fly)]))
}
