//! A response reaches its client through HAProxy, with the project's configuration, although the service does not read
//! the whole request.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::rig::{Project, Rig};
use super::{UNLIMITED, settings};
use crate::servers::{Kind, Server};

/// The number of concurrent clients.
const CLIENTS: usize = 40;

/// Twice and twenty times the limit of the service for a body.
const SIZES: [usize; 2] = [2 << 20, 20 << 20];

const LIMIT: Duration = Duration::from_secs(30);

/// Rejections of every kind, in a project without authentication.
pub(super) fn refusals(project: &Project) -> Result<String> {
    let (postgres, memcached) = (Server::start(Kind::Postgres)?, Server::start(Kind::Memcached)?);
    let start = |more: &[(&str, &str)]| project.start(&settings(&[&postgres, &memcached], more));
    let rig = start(UNLIMITED)?;
    check(&rig, "POST /nowhere HTTP/1.1", "404")?;
    check(&rig, "POST /greet HTTP/1.1", "405")?;
    check(&rig, "POST /products HTTP/1.1\r\ncontent-type: application/json", "413")?;
    check(&rig, "POST /products HTTP/1.1\r\ncontent-encoding: gzip", "415")?;
    rig.stop()?;

    let rig = start(&[("RATE_LIMIT", "1/h"), ("RUST_LOG", "warn")])?;
    for replica in rig.replicas() {
        let from_here = [("x-forwarded-for", "127.0.0.1")];
        hold(replica.port, "GET /greet HTTP/1.1", &from_here)?;
    }
    check(&rig, "POST /nowhere HTTP/1.1", "429")?;
    rig.stop()?;

    let rig = start(&[&[("MAX_IN_FLIGHT", "1"), ("REQUEST_TIMEOUT", "2m")], UNLIMITED].concat())?;
    let half = [("content-type", "application/json"), ("content-length", "10")];
    let held: Result<Vec<_>> =
        rig.replicas().map(|replica| hold(replica.port, "POST /products HTTP/1.1", &half)).collect();
    check(&rig, "POST /nowhere HTTP/1.1", "503")?;
    drop(held?);
    rig.stop()?;
    Ok(format!("404, 405, 413, 415, 429 and 503 to {CLIENTS} clients at once, each sending 2 and 20 MiB"))
}

/// Writes without a credential, in a project that requires one.
pub(super) fn anonymous(project: &Project) -> Result<String> {
    let (postgres, redis) = (Server::start(Kind::Postgres)?, Server::start(Kind::Redis)?);
    let rig = project.start(&settings(&[&postgres, &redis], UNLIMITED))?;
    check(&rig, "POST /products HTTP/1.1\r\ncontent-type: application/json", "401")?;
    check(&rig, "POST /products HTTP/1.1\r\nauthorization: Bearer forged", "401")?;
    rig.stop()?;
    Ok(format!("401 to {CLIENTS} clients at once, each sending 2 and 20 MiB"))
}

/// Sends a header, and keeps the connection open.
fn hold(port: u16, first: &str, headers: &[(&str, &str)]) -> Result<TcpStream> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    stream.write_all(format!("{first}\r\nhost: localhost\r\n{headers}\r\n").as_bytes())?;
    // Until the service has seen it.
    std::thread::sleep(Duration::from_millis(500));
    Ok(stream)
}

/// Clients that send a large body completely before they read, with this start of a header, all get this status.
fn check(rig: &Rig, head: &str, status: &str) -> Result<()> {
    for size in SIZES {
        let answers: Vec<Result<String>> = std::thread::scope(|scope| {
            let send = || scope.spawn(|| upload(rig.port(), head, size));
            let clients: Vec<_> = (0..CLIENTS).map(|_| send()).collect();
            clients.into_iter().map(|client| client.join().unwrap_or_else(|_| bail!("a client panicked"))).collect()
        });
        for answer in answers {
            let answer = answer.with_context(|| format!("{head}: {size} bytes"))?;
            ensure!(answer == status, "{head}: {size} bytes: `{answer}` instead of {status}");
        }
    }
    Ok(())
}

/// The status of the response.
fn upload(port: u16, head: &str, size: usize) -> Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    stream.write_all(format!("{head}\r\nhost: localhost\r\ncontent-length: {size}\r\n\r\n").as_bytes())?;
    let piece = vec![b' '; 1 << 20];
    for _ in 0..size / piece.len() {
        stream.write_all(&piece).context("while it sent")?;
    }
    let mut start = [0; 12];
    stream.read_exact(&mut start).context("no answer")?;
    Ok(String::from_utf8_lossy(&start[9..]).into_owned())
}
