//! The cost of the layers: `/greet` and a cached product with all layers, compared with `/greet` of a bare axum
//! service.

use std::fs;
use std::path::Path;

use anyhow::Result;
use restwell::choice::Database;
use restwell::preset::PRESETS;

use super::build::bare_axum;
use super::median;
use super::wrk::{self, Sample};
use crate::http::{self, Client};
use crate::program::Program;
use crate::servers::{Kind, Servers};
use crate::service::{self, Service};
use crate::{dirs, process, project, say};

/// The default number of rounds.
pub(super) const ROUNDS: usize = 7;
const SECONDS: u32 = 4;

/// A server and the path to request.
struct Subject {
    name: String,
    server: usize,
    path: &'static str,
}

/// A server that runs for the whole measurement.
struct Server {
    service: Service,
    /// The resident bytes once it was ready.
    idle: u64,
}

/// Measures all subjects alternately.
pub(super) fn run(rounds: usize) -> Result<()> {
    let mut servers = vec![bare()?];
    let mut subjects = vec![Subject { name: "bare axum `/greet`".to_owned(), server: 0, path: "/greet" }];
    let needed = Servers::start(&Kind::ALL)?;
    for preset in PRESETS {
        let folder = dirs::target().join("bench/requests").join(preset.id);
        let stack = project::preset(preset)?;
        fs::create_dir_all(&folder)?;
        project::write(&project::render(&stack, "measured")?, &folder)?;
        let binary = service::build(&folder, "measured")?;
        for (log, level) in [("log off", "off"), ("log on", "info")] {
            let server = start(&binary, &folder, level, needed.for_service(&stack))?;
            let mut paths = vec![("`/greet`", "/greet")];
            if stack.database != Database::None {
                seed(&server.service, (stack.database == Database::Postgres).then_some(&needed))?;
                paths.push(("cached product", "/products/1"));
            }
            servers.push(server);
            let server = servers.len() - 1;
            let subject = |(what, path)| Subject { name: format!("{} {what}, {log}", preset.id), server, path };
            subjects.extend(paths.into_iter().map(subject));
        }
    }
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); subjects.len()];
    for round in 0..=rounds {
        for (subject, samples) in subjects.iter().zip(&mut samples) {
            let server = &servers[subject.server].service;
            let sample = wrk::run(server.pid(), server.port, subject.path, SECONDS)?;
            // The first round warms up.
            if round > 0 {
                samples.push(sample);
            }
        }
    }
    report(&subjects, &samples, rounds);
    memory(&subjects, &servers)
}

fn report(subjects: &[Subject], samples: &[Vec<Sample>], rounds: usize) {
    say::line(format_args!("\n64 connections, {rounds} rounds of {SECONDS} s\n"));
    say::line("| | requests/s | of bare | CPU/request | × bare | p99 |\n| --- | --- | --- | --- | --- | --- |");
    for (subject, own) in subjects.iter().zip(samples) {
        let of = |field: fn(&Sample) -> f64| median(own.iter().map(field).collect());
        // Each round is compared with the bare service of the same round, which the load of the machine affects
        // equally.
        let against = |field: fn(&Sample) -> f64| {
            median(own.iter().zip(&samples[0]).map(|(own, bare)| field(own) / field(bare)).collect())
        };
        say::line(format_args!(
            "| {} | {:.0} | {:.2} | {:.1} µs | {:.2} | {:.2} ms |",
            subject.name,
            of(|sample| sample.requests_per_second),
            against(|sample| sample.requests_per_second),
            of(|sample| sample.cpu),
            against(|sample| sample.cpu),
            of(|sample| sample.p99),
        ));
    }
}

fn memory(subjects: &[Subject], servers: &[Server]) -> Result<()> {
    say::line("\n| resident memory | ready | after the load |\n| --- | --- | --- |");
    let mut before = None;
    for subject in subjects {
        if before.replace(subject.server) == Some(subject.server) {
            continue;
        }
        let server = &servers[subject.server];
        let loaded = process::resident(server.service.pid())?;
        let name = subject.name.replace(" `/greet`", "");
        say::line(format_args!("| {name} | {:.1} MiB | {:.1} MiB |", mebibytes(server.idle), mebibytes(loaded)));
    }
    Ok(())
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}

fn start(binary: &Path, folder: &Path, level: &str, needed: Vec<(String, String)>) -> Result<Server> {
    // Without a disk: only formatting and writing the log lines is measured.
    let variables = [("RATE_LIMIT", "60000000/min"), ("RUST_LOG", level), ("CACHE_TTL", "1h")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let variables = [needed, variables.to_vec()].concat();
    let service = Service::start_with_log(binary, folder, &variables, Path::new("/dev/null"))?;
    let idle = process::resident(service.pid())?;
    Ok(Server { service, idle })
}

fn bare() -> Result<Server> {
    let target = dirs::target().join("bench/bare-axum");
    Program::cargo()
        .args(["build", "--release", "--locked", "--quiet"])
        .dir(bare_axum())
        .env("CARGO_TARGET_DIR", &target)
        .read()?;
    let service = Service::start_bare(&target.join("release/bare-axum"))?;
    let idle = process::resident(service.pid())?;
    Ok(Server { service, idle })
}

/// Adds a product, and reads it once to cache it. If writes need a credential, the product is inserted into the
/// database.
fn seed(service: &Service, database: Option<&Servers>) -> Result<()> {
    match database {
        Some(servers) => servers.sql(
            "INSERT INTO products (name, price_cents, created_at, updated_at) VALUES ('Lamp', 1200, now(), now()) \
             ON CONFLICT DO NOTHING",
        )?,
        None => drop(Client::new(service.port).send("POST", "/products", r#"{"name":"Lamp","price_cents":1200}"#)?),
    }
    http::get(service.port, "/products/1")?.expect(200)?;
    Ok(())
}
