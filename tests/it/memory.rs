//! The default limits of a project fit the memory limit of its deployment.

use crate::projects::{Project, all};

const MIB: u64 = 1 << 20;

/// The memory of the program, its pools and its log.
const BASE: u64 = 32 * MIB;

#[test]
fn the_sum_of_all_limits_fits_the_container() {
    let mut checked = 0;
    for project in all() {
        let Some(memory) = memory(project) else { continue };
        let sum = sum(project);
        assert!(sum <= memory, "{}: {} of {} MiB", project.id(), sum / MIB, memory / MIB);
        checked += 1;
    }
    assert!(checked > 0);
}

/// The memory limit of a replica, in a deployment that has one.
fn memory(project: &Project) -> Option<u64> {
    if let Some(unit) = project.get("deploy/systemd/app@.service") {
        let limit = unit.lines().find_map(|line| line.strip_prefix("MemoryMax=")?.strip_suffix('M'));
        return Some(limit.and_then(|number| number.parse::<u64>().ok()).expect("a limit of memory") * MIB);
    }
    let paths = ["deploy/compose.yml", "deploy/base/deployment.yaml", "deploy/service.yaml", "deploy/stack.yaml"];
    let file = paths.into_iter().find_map(|path| project.get(path))?;
    let file: serde_yaml_ng::Value = serde_yaml_ng::from_str(file).expect("parses");
    let task = &file["Resources"]["TaskDefinition"]["Properties"];
    if let Some(megabytes) = task["ContainerDefinitions"][0]["Memory"].as_u64() {
        return Some(megabytes * MIB);
    }
    let limits = [
        &file["services"]["app"]["deploy"]["resources"]["limits"]["memory"],
        &file["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"],
    ];
    let memory = limits.into_iter().find_map(|limit| limit.as_str()).expect("a limit of memory");
    Some(memory.trim_end_matches(['M', 'i']).parse::<u64>().expect("megabytes") * MIB)
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
    let example = project.text(".env.example");
    let default = example.lines().find_map(|line| line.trim_start_matches("# ").strip_prefix("MAX_CONNECTIONS="));
    let connections: u64 = default.and_then(|number| number.parse().ok()).expect("a number");
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
