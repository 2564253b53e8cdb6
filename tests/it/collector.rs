//! The configuration of the OpenTelemetry collector: what it accepts, but which loses or refuses telemetry.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use restwell::choice::{Deploy, Monitoring};
use serde_yaml_ng::{Mapping, Value};

use crate::plants::{all_are_found, broken};
use crate::projects::{Project, all, distinct_files};

/// The configuration that every target has. Others add to it.
const COMMON: &str = "ops/otel/collector.yaml";

/// The sections whose components are named elsewhere.
const SECTIONS: [&str; 4] = ["extensions", "receivers", "processors", "exporters"];

/// The setting of the service with the address of the receiver.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// The files of a project that configure a collector, and those that name its port or one that it reads.
type Files = BTreeMap<Utf8PathBuf, String>;

#[test]
fn every_collector_is_sound() {
    let (mut seen, mut endpoints, mut read) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for project in all().iter().filter(|project| project.stack.monitoring == Monitoring::Otlp) {
        let files = files(project);
        read.extend(configurations(&files).map(|(path, text)| (path.to_owned(), text.to_owned())));
        endpoints.extend(files.values().flat_map(|text| ports_of_endpoint(text)).map(|_| project.stack.deploy));
        if seen.insert(files.clone()) {
            assert_eq!(faults(&files), Vec::<String>::new(), "{}", project.id());
        }
    }
    assert_eq!(endpoints, BTreeSet::from([Deploy::Compose, Deploy::Systemd]), "targets that bring a collector");
    for (project, path, text) in distinct_files().filter(|(_, _, text)| configures(text)) {
        assert!(read.contains(&(path.to_owned(), text.to_owned())), "{path} of {} is not checked", project.id());
    }
}

/// The file, the right text, the wrong text, and what is said.
const PLANTS: [(&str, &str, &str, &str); 10] = [
    (COMMON, "exporters: [debug]", "exporters: [otlphttp]", "metrics: no otlphttp in exporters"),
    (COMMON, "receivers: [otlp]", "receivers: []", "metrics: no receivers"),
    (COMMON, "extensions: [health_check]", "extensions: []", "health_check in extensions is used by nothing"),
    (COMMON, "exporters:\n  #", "exporter:\n  #", "unknown section exporter"),
    (COMMON, "[memory_limiter, batch]", "[batch, memory_limiter]", "metrics: memory_limiter is not first"),
    (COMMON, "[memory_limiter, batch]", "[memory_limiter]", "metrics: batch is not last"),
    (COMMON, "0.0.0.0:4318", "0.0.0.0:4317", "the service sends to port 4318"),
    ("deploy/compose.yml", "http://collector:4318", "http://collector:4319", "the service sends to port 4319"),
    (
        "deploy/collector/haproxy.yaml",
        "receivers: [prometheus]",
        "receivers: [otlp]",
        "prometheus in receivers is used",
    ),
    ("deploy/collector/haproxy.yaml", "haproxy:8404", "haproxy:8406", "HAProxy has no port 8406"),
];

#[test]
fn planted_faults_are_found() {
    let is_one =
        |project: &&Project| (project.stack.monitoring, project.stack.deploy) == (Monitoring::Otlp, Deploy::Compose);
    let sound = files(all().iter().find(is_one).expect("there is one"));
    all_are_found(&sound, PLANTS, |files, path| files.get_mut(Utf8Path::new(path)), faults);
}

fn files(project: &Project) -> Files {
    let is_part = |path: &Utf8Path, text: &str| {
        let names_port = text.contains(ENDPOINT) || path.ends_with("network.yaml") || path.extension() == Some("cfg");
        configures(text) || path.starts_with("deploy") && names_port
    };
    let files = project.files().filter(|(path, text)| is_part(path, text));
    files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

/// Whether a file is the configuration of a collector.
fn configures(text: &str) -> bool {
    text.contains("\nservice:\n") && text.contains("\n  pipelines:\n")
}

fn configurations(files: &Files) -> impl Iterator<Item = (&Utf8Path, &str)> {
    files.iter().map(|(path, text)| (path.as_path(), text.as_str())).filter(|(_, text)| configures(text))
}

/// What is wrong with the configuration, and with its ports.
fn faults(files: &Files) -> Vec<String> {
    let mut configuration = Value::Mapping(Mapping::new());
    for (path, text) in configurations(files) {
        match serde_yaml_ng::from_str(text) {
            Ok(part) => merge(&mut configuration, part),
            Err(error) => return vec![format!("{path}: {error}")],
        }
    }
    let pipelines = &configuration["service"]["pipelines"];
    let of_pipelines = fields(pipelines).flat_map(|(name, pipeline)| of_pipeline(name, pipeline, &configuration));
    of_sections(&configuration).into_iter().chain(of_pipelines).chain(of_ports(&configuration, files)).collect()
}

/// Maps are merged, everything else is replaced: what the collector does with several files. No two set the same value.
fn merge(whole: &mut Value, part: Value) {
    match (whole, part) {
        (Value::Mapping(whole), Value::Mapping(part)) => {
            for (key, value) in part {
                merge(whole.entry(key).or_insert(Value::Null), value);
            }
        }
        (whole, part) => *whole = part,
    }
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_mapping().into_iter().flatten().filter_map(|(key, value)| Some((key.as_str()?, value)))
}

fn names(value: &Value) -> impl Iterator<Item = &str> {
    value.as_sequence().into_iter().flatten().filter_map(Value::as_str)
}

/// What is wrong between the sections and the service that uses their components.
fn of_sections(configuration: &Value) -> Vec<String> {
    let service = &configuration["service"];
    let unknown = fields(configuration).map(|(name, _)| name);
    let unknown = unknown.filter(|name| *name != "service" && !SECTIONS.contains(name));
    let mut faults: Vec<String> = unknown.map(|name| format!("unknown section {name}")).collect();
    for section in SECTIONS {
        let in_pipelines = fields(&service["pipelines"]).flat_map(|(_, pipeline)| names(&pipeline[section]));
        let used: BTreeSet<&str> = in_pipelines.chain(names(&service[section])).collect();
        let unused = fields(&configuration[section]).map(|(name, _)| name).filter(|name| !used.contains(name));
        faults.extend(unused.map(|name| format!("{name} in {section} is used by nothing")));
    }
    let missing = names(&service["extensions"]).filter(|name| configuration["extensions"].get(name).is_none());
    faults.extend(missing.map(|name| format!("no {name} in extensions")));
    faults
}

/// What is wrong with a pipeline.
fn of_pipeline(name: &str, pipeline: &Value, configuration: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for section in ["receivers", "processors", "exporters"] {
        if names(&pipeline[section]).next().is_none() {
            faults.push(format!("no {section}"));
        }
        let missing = names(&pipeline[section]).filter(|name| configuration[section].get(name).is_none());
        faults.extend(missing.map(|name| format!("no {name} in {section}")));
    }
    let processors: Vec<&str> = names(&pipeline["processors"]).collect();
    faults.extend(broken(&[
        (processors.first() == Some(&"memory_limiter"), "memory_limiter is not first"),
        (processors.last() == Some(&"batch"), "batch is not last"),
    ]));
    faults.into_iter().map(|fault| format!("{name}: {fault}")).collect()
}

/// What is wrong with the ports of the receiver, and of HAProxy, which a collector reads.
fn of_ports(configuration: &Value, files: &Files) -> Vec<String> {
    let receivers = &configuration["receivers"];
    let Some(own) = receivers["otlp"]["protocols"]["http"]["endpoint"].as_str().and_then(port) else {
        return vec!["no port of OTLP over HTTP".to_owned()];
    };
    let sent = files.values().flat_map(|text| ports_of_endpoint(text)).filter(|other| *other != own);
    let mut faults: Vec<String> = sent.map(|other| format!("the service sends to port {other}")).collect();
    let networks = files.iter().filter(|(path, _)| path.ends_with("network.yaml"));
    let closed = networks.filter(|(_, text)| !text.contains(&format!("port: {own}\n")));
    faults.extend(closed.map(|(path, _)| format!("{path} does not allow port {own}")));
    let scrapes = receivers["prometheus"]["config"]["scrape_configs"].as_sequence().into_iter().flatten();
    for target in scrapes.flat_map(|scrape| names(&scrape["static_configs"][0]["targets"])) {
        let wanted = port(target);
        let bound = files.values().flat_map(|text| text.lines()).filter_map(|line| line.trim().strip_prefix("bind "));
        if wanted.is_none() || bound.map(port).all(|bound| bound != wanted) {
            faults.push(format!("HAProxy has no port {}", wanted.unwrap_or_default()));
        }
    }
    faults
}

/// The ports of the URLs to which a file sets the endpoint.
fn ports_of_endpoint(text: &str) -> Vec<u16> {
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with(ENDPOINT));
    lines.filter_map(|line| port(line.split_once("://")?.1)).collect()
}

fn port(address: &str) -> Option<u16> {
    address.split_whitespace().next()?.rsplit_once(':')?.1.parse().ok()
}
