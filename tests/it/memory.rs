//! The default limits of a project fit the memory limit of its deployment.

use restwell::choice::Deploy;
use serde_yaml_ng::Value as Yaml;

use crate::projects::{Project, all, default_of};

const MIB: u64 = 1 << 20;

/// The memory of the program, its pools and its log.
const BASE: u64 = 32 * MIB;

#[test]
fn the_sum_of_all_limits_fits_the_container() {
    for project in all() {
        let Some(memory) = memory(project) else { continue };
        let sum = sum(project);
        assert!(sum <= memory, "{}: {} of {} MiB", project.id(), sum / MIB, memory / MIB);
    }
}

/// The memory limit of a replica, in a deployment that has one.
fn memory(project: &Project) -> Option<u64> {
    let yaml = |path: &str| -> Yaml { serde_yaml_ng::from_str(project.text(path)).expect("parses") };
    let container =
        |file: &Yaml| file["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"].clone();
    let limit = match project.stack.deploy {
        Deploy::Compose => {
            yaml("deploy/compose.yml")["services"]["app"]["deploy"]["resources"]["limits"]["memory"].clone()
        }
        Deploy::Kubernetes => container(&yaml("deploy/base/deployment.yaml")),
        Deploy::Gcp => container(&yaml("deploy/service.yaml")),
        Deploy::Systemd => setting(project.text("deploy/systemd/app@.service"), "MemoryMax=").into(),
        Deploy::Fly => setting(project.text("fly.toml"), "memory = ").trim_matches('"').into(),
        Deploy::Azure => {
            yaml("deploy/container-app.yaml")["properties"]["template"]["containers"][0]["resources"]["memory"].clone()
        }
        Deploy::Aws => {
            let task = &yaml("deploy/stack.yaml")["Resources"]["TaskDefinition"]["Properties"];
            let megabytes = task["ContainerDefinitions"][0]["Memory"].as_u64().expect("a limit of memory");
            format!("{megabytes}M").into()
        }
        Deploy::None => return None,
    };
    Some(bytes(limit.as_str().expect("a limit of memory")))
}

/// What stands behind `key` in a line of the file.
fn setting<'a>(file: &'a str, key: &str) -> &'a str {
    file.lines().find_map(|line| line.trim_start().strip_prefix(key)).expect("a limit of memory")
}

/// Every platform means powers of two, whatever it calls them.
fn bytes(limit: &str) -> u64 {
    let number = limit.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match limit[number.len()..].to_ascii_lowercase().as_str() {
        "m" | "mi" | "mb" => MIB,
        "gi" => 1024 * MIB,
        other => panic!("the unit `{other}`"),
    };
    (number.parse::<f64>().expect("a number") * unit as f64) as u64
}

#[test]
fn the_log_and_the_documented_bounds_fit_their_share() {
    for project in all() {
        // Lines that wait, and as many that are being written.
        assert!(constant(project, "src/platform/log.rs", "CAPACITY") * 2 <= BASE / 2, "{}", project.id());
        assert_eq!(
            constant(project, "src/platform/connection.rs", "BUFFER") * 2,
            32 << 10,
            "what --help says of a connection"
        );
        assert_eq!(constant(project, "src/platform/body.rs", "BUDGET"), 64 * MIB, "the budget of bodies in --help");
    }
}

/// A connection has a read buffer, and needs as much again for the parsed header.
fn sum(project: &Project) -> u64 {
    let connections: u64 = default_of(project.text(".env.example"), "MAX_CONNECTIONS").parse().expect("a number");
    let buffer = constant(project, "src/platform/connection.rs", "BUFFER");
    let cache = if project.get("src/platform/copies.rs").is_some() {
        constant(project, "src/platform/copies.rs", "CAPACITY")
    } else {
        0
    };
    let ports = 2;
    BASE + cache + ports * connections * 2 * buffer + constant(project, "src/platform/body.rs", "BUDGET")
}

/// A constant that is a number, or a number shifted.
fn constant(project: &Project, file: &str, name: &str) -> u64 {
    let text = project.text(file);
    let after = |line: &str| Some(line.split_once(&format!("const {name}: "))?.1.split_once(" = ")?.1.to_owned());
    let value = text.lines().find_map(after).unwrap_or_else(|| panic!("{file} has no {name}"));
    let value = value.trim_end_matches(';');
    let number = |text: &str| text.trim().replace('_', "").parse::<u64>().unwrap_or_else(|_| panic!("{name} = {text}"));
    match value.split_once("<<") {
        Some((number_of, shift)) => number(number_of) << number(shift),
        None => number(value),
    }
}
