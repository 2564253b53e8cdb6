//! A plain HTTP/1.1 client: one request at a time, nothing retried, nothing hidden.

use std::io;
use std::net::SocketAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::TIMEOUT;

/// A request as it goes over the wire.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: String,
}

/// A complete response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A connection kept alive between requests; dropping it closes the socket.
pub struct Connection(pub TcpStream);

/// A request with every header that it needs to be allowed.
pub fn request(method: &str, path: &str) -> Request {
    super::permit(Request::new(method, path))
}

impl Request {
    /// A request with only the header `Host`.
    pub fn new(method: &str, path: &str) -> Self {
        let headers = vec![(String::from("host"), b"app".to_vec())];
        Self { method: method.to_owned(), path: path.to_owned(), headers, body: String::new() }
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    pub fn body(mut self, body: impl ToString) -> Self {
        self.body = body.to_string();
        self
    }

    pub fn json(self, body: impl ToString) -> Self {
        self.header("content-type", "application/json").body(body)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.path).into_bytes();
        let length = (String::from("content-length"), self.body.len().to_string().into_bytes());
        let length = (!self.body.is_empty()).then_some(&length).into_iter();
        for (name, value) in self.headers.iter().chain(length) {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        [&bytes[..], b"\r\n", self.body.as_bytes()].concat()
    }
}

impl Answer {
    /// The value of a header; empty if it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers are ASCII"))
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("bodies are text")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text()))
    }
}

impl Connection {
    pub async fn open(to: SocketAddr) -> Self {
        Self(TcpStream::connect(to).await.expect("the server accepts connections"))
    }

    pub async fn send(&mut self, request: Request) -> Answer {
        write(&self.0, &request.to_bytes()).await.expect("the server reads");
        let answer = timeout(TIMEOUT, self.receive(request.method == "HEAD")).await;
        answer.expect("the server answers").expect("the connection holds until the answer is complete")
    }

    /// Waits until the server closes the connection without sending more.
    pub async fn closed(&self) {
        assert_eq!(read_to_end(&self.0).await, "");
    }

    pub async fn receive(&self, headers_only: bool) -> io::Result<Answer> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            read_more(&self.0, &mut bytes).await?;
        };
        let mut body = bytes.split_off(end + 4);
        let head = String::from_utf8(bytes).expect("heads are ASCII");
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let headers: HeaderMap = lines.map(header).collect();
        // The service sends no chunked response.
        let length = headers
            .get("content-length")
            .map_or(0, |length| length.to_str().expect("digits").parse().expect("a number"));
        while body.len() < length && !headers_only {
            read_more(&self.0, &mut body).await?;
        }
        Ok(Answer { status: status.expect("a status line"), headers, body })
    }
}

fn header(line: &str) -> (HeaderName, HeaderValue) {
    let (name, value) = line.split_once(':').expect("a header line");
    (name.parse().expect("a header's name"), value.trim().parse().expect("a header's value"))
}

/// Sends one request on a new connection.
pub async fn send(to: SocketAddr, request: Request) -> Answer {
    Connection::open(to).await.send(request).await
}

pub async fn get(to: SocketAddr, path: &str) -> Answer {
    send(to, request("GET", path)).await
}

/// Writes bytes as they are. Dropping the stream closes the connection.
pub async fn raw(to: SocketAddr, bytes: impl AsRef<[u8]>) -> TcpStream {
    let stream = TcpStream::connect(to).await.expect("the server accepts connections");
    write(&stream, bytes.as_ref()).await.expect("the server reads");
    stream
}

/// Reads until the server closes the connection.
pub async fn read_to_end(stream: &TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = async { while read_more(stream, &mut bytes).await.is_ok() {} };
    timeout(TIMEOUT, read).await.expect("the server closes the connection");
    String::from_utf8(bytes).expect("text")
}

/// Reads what arrives first.
pub async fn read_some(stream: &TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(TIMEOUT, read_more(stream, &mut bytes)).await;
    read.expect("the server answers").expect("the connection holds");
    String::from_utf8(bytes).expect("text")
}

pub async fn write(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Appends the next bytes that arrive. The end of the stream is an error.
pub async fn read_more(stream: &TcpStream, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut buffer) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                bytes.extend(&buffer[..read]);
                return Ok(());
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}
