//! The description of an app in Azure Container Apps: what the models of its API accept, but Azure refuses, or which refers to
//! nothing.

mod agreement;
mod model;
mod plants;
mod rules;
mod scripts;

use std::collections::BTreeSet;

use restwell::choice::{Auth, Cache, Database, Deploy, Limiter, Upstream, Value};
use restwell::plan::Plan;
use restwell::stack::{Answers, Origin, Stack};
use restwell::tree::Tree;

use crate::projects::{NAME, all};
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
    let values = [
        Value::Deploy(Deploy::Azure),
        Value::Database(Database::Postgres),
        Value::Cache(Cache::Redis),
        Value::Limiter(Limiter::Redis),
        Value::Auth(Auth::ApiKey),
        Value::Upstream(Upstream::Http),
    ];
    Stack::resolve(&values.into_iter().map(|value| (value, Origin::Flag)).collect::<Answers>()).expect("valid").stack
}

fn tree(stack: &Stack) -> Tree {
    Plan::new(stack, NAME).sources().expect("renders")
}

fn text<'a>(tree: &'a Tree, path: &str) -> &'a str {
    std::str::from_utf8(&tree.get(path).unwrap_or_else(|| panic!("no {path}")).bytes).expect("text")
}
