//! The limits of the containers on one host: each has one of memory, of processes, of open files and of processor time,
//! as the decision record of the target states.

use restwell::choice::{Cache, Deploy, Monitoring, Value as Chosen};
use serde_yaml_ng::Value;

use crate::plants;
use crate::projects::{WITH_SERVERS, distinct_files, source, stack, tree};

const FILE: &str = "deploy/compose.yml";

/// The containers in the path of a request: their limit of processor time is a setting, by default none.
const IN_THE_PATH: [&str; 5] = ["app", "haproxy", "memcached", "postgres", "redis"];

#[test]
fn every_container_has_every_limit() {
    let mut count = 0;
    for (project, _, text) in distinct_files().filter(|(_, path, _)| *path == FILE) {
        assert_eq!(faults(text), Vec::<String>::new(), "{}", project.id());
        count += 1;
    }
    assert!(count > 1, "{count} distinct files");
}

#[test]
fn planted_faults_are_found() {
    let extra =
        [Chosen::Deploy(Deploy::Compose), Chosen::Cache(Cache::Memcached), Chosen::Monitoring(Monitoring::Prometheus)];
    let sound = source(&tree(&stack(WITH_SERVERS.into_iter().chain(extra))), FILE).to_owned();
    let plants = [
        (FILE, "  haproxy:\n    <<: *guarded\n", "  haproxy:\n", "haproxy: has no limit of open files"),
        (FILE, "cpus: ${HAPROXY_CPUS:-0}\n", "cpus: \"0\"\n", "haproxy: has another limit of processor time"),
        (FILE, "          cpus: ${POSTGRES_CPUS:-0}\n", "", "postgres: has another limit of processor time"),
        (FILE, "cpus: ${REDIS_CPUS:-0}\n", "cpus: ${APP_CPUS:-0}\n", "redis: has another limit of processor time"),
        (FILE, "cpus: \"1\"\n", "cpus: \"0\"\n", "backup: has another limit of processor time"),
        (FILE, "          memory: 128M\n", "", "haproxy: has no limit of memory"),
        (FILE, "          pids: 512\n", "", "app: has no limit of processes"),
    ];
    plants::all_are_found(&sound, plants, |file, _| Some(file), |text| faults(text));
}

/// What is wrong with the limits of a file.
fn faults(text: &str) -> Vec<String> {
    let mut file: Value = serde_yaml_ng::from_str(text).expect("parses");
    file.apply_merge().expect("each `<<` names a mapping");
    let containers = file["services"].as_mapping().expect("services").iter();
    let containers = containers.map(|(name, container)| (name.as_str().expect("a name"), container));
    containers.flat_map(|(name, container)| of_container(name, container)).collect()
}

fn of_container(name: &str, container: &Value) -> Vec<String> {
    let limits = &container["deploy"]["resources"]["limits"];
    let setting = format!("${{{}_CPUS:-0}}", name.to_uppercase());
    let processors = if IN_THE_PATH.contains(&name) { setting.as_str() } else { "1" };
    let broken = plants::broken(&[
        (limits["memory"].as_str().is_some_and(|memory| memory.ends_with('M')), "has no limit of memory"),
        (limits["pids"].as_u64().is_some(), "has no limit of processes"),
        (container["ulimits"]["nofile"].as_u64().is_some(), "has no limit of open files"),
        (limits["cpus"].as_str() == Some(processors), "has another limit of processor time"),
    ]);
    broken.into_iter().map(|fault| format!("{name}: {fault}")).collect()
}
