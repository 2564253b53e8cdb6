//! A million clients request a million products that do not exist. The memory of the service must stay bounded.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use super::peak;
use crate::service::Service;

/// The number of clients and of products.
const KEYS: u32 = 1_000_000;

/// Connections, each with its share of the keys.
const CONNECTIONS: u32 = 8;

/// Requests that are sent before their responses are read.
const BATCH: usize = 200;

/// Trusts one proxy, so that each request can come from another client.
const BEHIND_A_PROXY: &[(&str, &str)] = &[("TRUSTED_PROXY_HOPS", "1"), ("RUST_LOG", "off")];

/// Starts the service, sends the requests, and reports its peak memory.
pub(crate) fn check(binary: &Path, folder: &Path) -> Result<String> {
    let service = Service::start(binary, folder, BEHIND_A_PROXY)?;
    let port = service.port;
    let share = KEYS / CONNECTIONS;
    let connections: Vec<_> =
        (0..CONNECTIONS).map(|part| thread::spawn(move || ask(port, part * share..(part + 1) * share))).collect();
    for connection in connections {
        connection.join().map_err(|_| anyhow::anyhow!("a connection panicked"))??;
    }
    let peak = peak(&service)?;
    service.stop()?;
    Ok(format!("{KEYS} clients and ids, {peak}"))
}

/// Every response must be a 404: none is rate limited, none fails.
fn ask(port: u16, keys: Range<u32>) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let keys: Vec<u32> = keys.collect();
    for batch in keys.chunks(BATCH) {
        let requests: String = batch.iter().map(|&key| request(key)).collect();
        stream.write_all(requests.as_bytes())?;
        let answers = read(&mut stream, batch.len())?;
        let missing = answers.matches("HTTP/1.1 404").count();
        if missing != batch.len() {
            bail!("{missing} of {} answers were 404: {}", batch.len(), answers.lines().next().unwrap_or_default());
        }
    }
    Ok(())
}

fn request(key: u32) -> String {
    let [a, b, c, d] = (0x0b00_0000 + key).to_be_bytes();
    let id = u64::from(key) + 1_000_000;
    format!("GET /products/{id} HTTP/1.1\r\nHost: here\r\nX-Forwarded-For: {a}.{b}.{c}.{d}\r\n\r\n")
}

/// Reads until the last of `count` responses is complete: each ends with a closing brace.
fn read(stream: &mut TcpStream, count: usize) -> Result<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 64 * 1024];
    loop {
        let read = stream.read(&mut buffer)?;
        ensure!(read > 0, "the service closed the connection");
        bytes.extend(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes);
        if text.matches("HTTP/1.1 ").count() == count && text.ends_with("}}") {
            return Ok(text.into_owned());
        }
    }
}
