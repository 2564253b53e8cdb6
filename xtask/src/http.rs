//! A small HTTP/1.1 client over one connection, for servers on this machine. Every wait is bounded.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

const LIMIT: Duration = Duration::from_secs(15);

/// A connection that is kept alive.
pub(crate) struct Client {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Client {
    /// A client of a server on this machine; connects with the first request.
    pub(crate) fn new(port: u16) -> Self {
        Self { address: SocketAddr::from(([127, 0, 0, 1], port)), stream: None }
    }

    /// One GET. After an error the next request has a new connection.
    pub(crate) fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, "")
    }

    /// One request with a JSON body, or none where `body` is empty.
    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.address)?,
        };
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
        let kind = match length {
            0 => String::new(),
            _ => format!("content-type: application/json\r\ncontent-length: {length}\r\n"),
        };
        stream.get_mut().write_all(format!("{head}{kind}\r\n{body}").as_bytes())?;
        let answer = read(&mut stream)?;
        if answer.header("connection") != Some("close") {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

impl Answer {
    /// The first header of this name, given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body, if the status is `status`.
    pub(crate) fn expect(self, status: u16) -> Result<String> {
        if self.status != status {
            bail!("status {} instead of {status}: {}", self.status, self.body);
        }
        Ok(self.body)
    }
}

/// One GET over a connection of its own.
pub(crate) fn get(port: u16, path: &str) -> Result<Answer> {
    Client::new(port).get(path).with_context(|| format!("GET :{port}{path}"))
}

fn connect(address: SocketAddr) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}

fn read(stream: &mut BufReader<TcpStream>) -> Result<Answer> {
    let first = line(stream)?;
    let status = first.split(' ').nth(1).context("no status")?.parse()?;
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: String::new() };
    let bytes = match (answer.header("content-length"), answer.header("transfer-encoding")) {
        (Some(length), _) => exactly(stream, length.parse()?)?,
        (None, Some(_)) => chunks(stream)?,
        (None, None) => Vec::new(),
    };
    answer.body = String::from_utf8_lossy(&bytes).into_owned();
    Ok(answer)
}

fn line(stream: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        bail!("the connection ended");
    }
    Ok(line.trim_end().to_owned())
}

fn exactly(stream: &mut BufReader<TcpStream>, length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn chunks(stream: &mut BufReader<TcpStream>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let length = usize::from_str_radix(line(stream)?.trim(), 16)?;
        bytes.extend(exactly(stream, length)?);
        line(stream)?;
        if length == 0 {
            return Ok(bytes);
        }
    }
}
