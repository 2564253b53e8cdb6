//! Clients that send half of a header or half of a body on every connection that the service accepts. Its memory must
//! stay within that of its container, and other clients must be served.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::peak;
use crate::http;
use crate::service::Service;

/// Connections to each port. `MAX_CONNECTIONS` is 1000, and the last ones are for the clients that must be served.
const CONNECTIONS: usize = 990;

/// Half-sent bodies among those of the public port: more bytes than all bodies may have in memory.
const BODIES: usize = 200;

/// The bytes of each half-sent header, less than the 16 KiB that a header may have.
const HEADER: usize = 16_000;

/// The bytes of each half-sent body, one less than it announces.
const BODY: usize = 1 << 20;

/// Longer than the time-out of a request: a body that is refused is answered at once, a body that is accepted is not
/// answered while the attack lasts.
const SETTINGS: &[(&str, &str)] =
    &[("REQUEST_TIMEOUT", "2min"), ("RATE_LIMIT", "1000000/min"), ("MAX_IN_FLIGHT", "900"), ("RUST_LOG", "off")];

/// Starts the service, opens the connections, and reports its peak memory.
pub(crate) fn check(binary: &Path, folder: &Path) -> Result<String> {
    let service = Service::start(binary, folder, SETTINGS)?;
    let header = [b"GET /products HTTP/1.1\r\nHost: here\r\nX-Filler: ", &*vec![b'a'; HEADER]].concat();
    let half = vec![b' '; BODY - 1];
    let mut held = Vec::new();
    for port in [service.port, service.admin_port] {
        for _ in BODIES..CONNECTIONS {
            held.push(send(port, &[&header])?);
        }
    }
    let head = format!("POST /products HTTP/1.1\r\nHost: here\r\nContent-Length: {BODY}\r\n");
    let head = head + "Content-Type: application/json\r\n\r\n";
    let mut bodies = Vec::new();
    for _ in 0..BODIES {
        bodies.push(send(service.port, &[head.as_bytes(), &half])?);
    }
    let refused = refused(&mut bodies)?;
    ensure!((1..BODIES).contains(&refused), "{refused} of {BODIES} bodies were refused");
    http::get(service.admin_port, "/health/live")?.expect(200)?;
    http::get(service.port, "/products")?.expect(200)?;
    let peak = peak(&service)?;
    drop((held, bodies));
    let product = r#"{"name": "Tea", "price_cents": 1}"#;
    http::Client::new(service.port).send("POST", "/products", product)?.expect(201)?;
    service.stop()?;
    let headers = 2 * (CONNECTIONS - BODIES);
    Ok(format!("{headers} headers, {BODIES} bodies of which {refused} got 503, {peak}"))
}

/// Opens a connection and sends these bytes. The service may answer and close it before the last of them.
fn send(port: u16, parts: &[&[u8]]) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_write_timeout(Some(Duration::from_secs(20)))?;
    for part in parts {
        match stream.write_all(part) {
            Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => break,
            written => written.context("the service reads neither the request nor refuses it")?,
        }
    }
    Ok(stream)
}

/// The number of bodies that were answered with 503. The others have no answer.
fn refused(bodies: &mut [TcpStream]) -> Result<usize> {
    let mut refused = 0;
    for stream in bodies {
        stream.set_read_timeout(Some(Duration::from_millis(20)))?;
        let mut buffer = [0; 64];
        match stream.read(&mut buffer) {
            Ok(read) => {
                let answer = String::from_utf8_lossy(&buffer[..read]);
                ensure!(answer.starts_with("HTTP/1.1 503"), "{answer}");
                refused += 1;
            }
            Err(error) => ensure!(error.kind() == ErrorKind::WouldBlock, "{error}"),
        }
    }
    Ok(refused)
}
