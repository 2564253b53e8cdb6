//! HAProxy's limits on connections: they fit those of the service, so that a busy replica itself refuses requests over
//! its capacity.

use crate::projects::{default_of, distinct_files};

/// The bounds of the service, by default.
#[derive(Clone, Copy)]
struct Bounds {
    in_flight: u32,
    connections: u32,
}

#[test]
fn every_balancer_leaves_shedding_to_the_service() {
    let mut count = 0;
    for (project, path, text) in distinct_files().filter(|(_, path, _)| path.file_name() == Some("haproxy.cfg")) {
        let example = project.text(".env.example");
        assert_eq!(faults(text, bounds(example)), Vec::<String>::new(), "{path} of {}", project.id());
        count += 1;
    }
    assert!(count > 1, "{count} distinct configurations");
}

#[test]
fn planted_faults_are_found() {
    let bounds = Bounds { in_flight: 512, connections: 1000 };
    let sound = "global\n    maxconn 4000\nbackend app\n    default-server check maxconn 900\n    server app-1 app:1\n";
    assert_eq!(faults(sound, bounds), Vec::<String>::new());
    for (right, wrong, fault) in [
        ("maxconn 900", "maxconn 500", "queued: 500"),
        ("maxconn 900", "maxconn 1000", "not accepted: 1000"),
        ("server app-1 app:1", "server app-1 app:1 maxconn 500", "queued: 500"),
        (" maxconn 900", "", "server app-1 has no maxconn"),
        ("maxconn 4000", "maxconn 1000", "HAProxy accepts 1000 connections"),
    ] {
        let found = faults(&sound.replacen(right, wrong, 1), bounds);
        assert!(found.iter().any(|found| found.contains(fault)), "{wrong}: {found:?} lacks {fault:?}");
    }
}

fn bounds(example: &str) -> Bounds {
    let number = |name| default_of(example, name).parse().expect("a number");
    Bounds { in_flight: number("MAX_IN_FLIGHT"), connections: number("MAX_CONNECTIONS") }
}

/// What is wrong with the limits of a configuration. A line `default-server` is for the servers after it.
fn faults(text: &str, bounds: Bounds) -> Vec<String> {
    let (mut faults, mut default, mut most) = (Vec::new(), None, 0);
    let mut servers = 0;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let own = words.iter().skip_while(|word| **word != "maxconn").nth(1).and_then(|number| number.parse().ok());
        match words.first() {
            Some(&"default-server") => default = own,
            Some(&"maxconn") => most = own.unwrap_or_default(),
            Some(&("server" | "server-template")) => {
                servers += 1;
                let name = words.get(1).copied().unwrap_or_default();
                match own.or(default) {
                    None => faults.push(format!("server {name} has no maxconn")),
                    Some(limit) if limit <= bounds.in_flight => faults.push(format!("queued: {limit}")),
                    Some(limit) if limit >= bounds.connections => faults.push(format!("not accepted: {limit}")),
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }
    if servers == 0 {
        faults.push("no server".to_owned());
    }
    // Two replicas run.
    if most < 2 * bounds.connections {
        faults.push(format!("HAProxy accepts {most} connections"));
    }
    faults
}
