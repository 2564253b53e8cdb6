//! The stack for AWS: what its schemas accept, but AWS refuses, or which cannot work.

mod access;
mod collector;
mod network;
mod parameters;
mod plants;
mod policy;
mod readme;
mod references;
mod resources;
mod schema;
mod scripts;
mod service;
mod template;

use std::collections::{BTreeMap, BTreeSet};

use restwell::choice::{Ci, Deploy};
use restwell::part::Deployed;

use crate::projects::{NAME, Project, all, default_of, environment_in_telemetry};
use network::Times;
use template::Node;

const ENVIRONMENTS: [&str; 2] = ["staging", "production"];

/// The files of `deploy/` that this checks, and the times of the service that they depend on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Files {
    /// And the commands of `README.md`.
    texts: BTreeMap<&'static str, String>,
    /// Seconds within which a replica may become ready, by its image.
    start: u32,
    /// Seconds of `DRAIN_TIMEOUT`, `REQUEST_TIMEOUT` and `HEADER_TIMEOUT`.
    seconds: [u32; 3],
}

#[test]
fn every_stack_is_sound() {
    let mut seen = BTreeSet::new();
    for project in projects() {
        let files = files(|path| project.text(path).to_owned());
        if seen.insert(files.clone()) {
            assert_eq!(faults(&files), Vec::<String>::new(), "{}", project.id());
        }
    }
    assert!(seen.len() > 10, "{} distinct deployments", seen.len());
}

/// What the container gets are settings of the service; those that may hold a secret are never in a file.
#[test]
fn the_settings_of_every_stack_are_those_of_the_service() {
    // The stack is the same with every CI system.
    for project in projects().filter(|project| project.stack.ci == Ci::None) {
        let plan = restwell::plan::Plan::new(&project.stack, NAME);
        let known: BTreeMap<&str, bool> =
            plan.parts.settings.iter().map(|setting| (setting.name, setting.secret)).collect();
        let stack = template::read(project.text("deploy/stack.yaml")).unwrap_or_else(|fault| panic!("{fault}"));
        let app = &stack.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"].items()[0];
        for (list, is_secret) in [("Environment", false), ("Secrets", true)] {
            for setting in app[list].items() {
                let name = setting["Name"].text();
                assert_eq!(known.get(name), Some(&is_secret), "{name} in {list} of {}", project.id());
            }
        }
        let names: BTreeSet<&str> = app["Environment"].items().iter().map(|setting| setting["Name"].text()).collect();
        let secrets: BTreeSet<&str> = app["Secrets"].items().iter().map(|setting| setting["Name"].text()).collect();
        assert!(plan.parts.settings.fixed().all(|(name, _)| names.contains(name)), "{}", project.id());
        assert!(plan.parts.settings.secrets().all(|secret| secrets.contains(secret.name)), "{}", project.id());
        let ports = plan.parts.settings.iter().filter_map(|setting| match setting.deployed? {
            Deployed::ByOperator { example, .. } => example.split(['/', '?']).nth(2)?.rsplit_once(':')?.1.parse().ok(),
            Deployed::As(_) | Deployed::Adjustable => None,
        });
        let ports: BTreeSet<u32> = ports.collect();
        let rules = stack.resources("AWS::EC2::SecurityGroupIngress").map(|(_, rule)| rule);
        let servers = rules.filter(|rule| rule["SourceSecurityGroupId"].is_ref("ServiceSecurityGroup"));
        let opened: BTreeSet<u32> = servers.filter_map(|rule| Some(rule["FromPort"].number()? as u32)).collect();
        assert_eq!(opened, ports, "the servers that replicas reach in {}", project.id());
        assert_eq!(known.contains_key("TRUSTED_PROXY_HOPS"), names.contains("TRUSTED_PROXY_HOPS"), "{}", project.id());
    }
}

#[test]
fn the_telemetry_of_staging_is_told_apart_from_that_of_production() {
    for project in projects() {
        let Some((setting, before)) = environment_in_telemetry(&project.stack) else { continue };
        let stack = template::read(project.text("deploy/stack.yaml")).unwrap_or_else(|fault| panic!("{fault}"));
        let app = &stack.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"].items()[0];
        let Node::Ref(parameter) = app["Environment"].named(setting) else { panic!("{setting} is no parameter") };
        for name in ENVIRONMENTS {
            let values = parameters::read(project.text(format!("deploy/{name}.env"))).expect("parameters");
            let default = stack["Parameters"][parameter.as_str()]["Default"].text();
            let value = values.get(parameter.as_str()).copied().unwrap_or(default);
            assert_eq!(value, format!("{before}{name}"), "{setting} in {name} of {}", project.id());
        }
    }
}

fn projects() -> impl Iterator<Item = &'static Project> {
    all().iter().filter(|project| project.stack.deploy == Deploy::Aws)
}

/// The files of a project, each read by `text`.
fn files(text: impl Fn(&str) -> String) -> Files {
    let names = ["stack.yaml", "access.yaml", "staging.env", "production.env", "update.sh", "copy.sh"];
    let mut texts = BTreeMap::from(names.map(|name| (name, text(&format!("deploy/{name}")))));
    texts.insert("README.md", readme::commands(&text("README.md")));
    let example = text(".env.example");
    let image = text("Dockerfile");
    let start = image.split("--start-period=").nth(1).and_then(|rest| rest.split("s ").next()?.parse().ok());
    let seconds = ["DRAIN_TIMEOUT", "REQUEST_TIMEOUT", "HEADER_TIMEOUT"].map(|name| {
        let value = default_of(&example, name).strip_suffix('s');
        value.and_then(|value| value.parse().ok()).expect("a number of seconds")
    });
    Files { texts, start: start.expect("a number of seconds"), seconds }
}

/// What is wrong with the deployment of a project.
fn faults(files: &Files) -> Vec<String> {
    let [stack, account] = match ["stack.yaml", "access.yaml"].map(|name| template::read(&files.texts[name])) {
        [Ok(stack), Ok(account)] => [stack, account],
        templates => return templates.into_iter().filter_map(Result::err).collect(),
    };
    let [drain, request, header] = files.seconds;
    let times = Times { request: request.into(), header: header.into() };
    let mut faults = of_template(&stack);
    faults.extend(of_template(&account));
    faults.extend(service::faults(&stack, drain));
    faults.extend(service::of_start(&stack, files.start.into()));
    faults.extend(readme::faults(&stack, &files.texts["README.md"]));
    faults.extend(network::faults(&stack, &times));
    faults.extend(resources::faults(&stack));
    faults.extend(resources::kept(&account));
    let scripts = files.texts.iter().filter(|(name, _)| name.ends_with(".sh")).map(|(_, text)| text.as_str());
    faults.extend(resources::outputs(scripts, [&stack, &account]));
    faults.extend(access::of_stack(&stack));
    faults.extend(access::of_account(&account, NAME));
    faults.extend(collector::faults(&stack, NAME));
    for name in ENVIRONMENTS {
        let file = &files.texts[format!("{name}.env").as_str()];
        let of_file = [parameters::of_environment(&stack, file), network::of_addresses(&stack, file)].concat();
        faults.extend(of_file.into_iter().map(|fault| format!("{name}: {fault}")));
    }
    faults
}

fn of_template(template: &Node) -> Vec<String> {
    [schema::faults(template), references::faults(template), parameters::faults(template)].concat()
}
