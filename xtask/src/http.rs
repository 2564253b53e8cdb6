//! An HTTP client for servers on this machine: one kept-alive connection, and a time-out for every wait.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use ureq::http::{HeaderMap, Request};
use ureq::{Agent, Body, config::Config};

const LIMIT: Duration = Duration::from_secs(15);

/// A client of one server.
pub(crate) struct Client {
    port: u16,
    agent: Agent,
}

/// A response with any status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Client {
    /// A client of a server on this machine; connects with the first request.
    pub(crate) fn new(port: u16) -> Self {
        let config = Config::builder().http_status_as_error(false).max_redirects(0).timeout_global(Some(LIMIT));
        Self { port, agent: config.build().into() }
    }

    /// One GET. After an error the next request has a new connection.
    pub(crate) fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, "")
    }

    /// One request with a JSON body, or without one if `body` is empty.
    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Answer> {
        let request = Request::builder().method(method).uri(format!("http://127.0.0.1:{}{path}", self.port));
        let response = match body {
            "" => self.agent.run(request.body(())?)?,
            json => self.agent.run(request.header("content-type", "application/json").body(json)?)?,
        };
        Answer::read(response)
    }
}

impl Answer {
    fn read(response: ureq::http::Response<Body>) -> Result<Self> {
        let (head, mut body) = response.into_parts();
        let body = String::from_utf8_lossy(&body.read_to_vec()?).into_owned();
        Ok(Self { status: head.status.as_u16(), headers: head.headers, body })
    }

    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, if the status is `status`.
    pub(crate) fn expect(self, status: u16) -> Result<String> {
        if self.status != status {
            bail!("status {} instead of {status}: {}", self.status, self.body);
        }
        Ok(self.body)
    }
}

/// One GET over a new connection.
pub(crate) fn get(port: u16, path: &str) -> Result<Answer> {
    Client::new(port).get(path).with_context(|| format!("GET :{port}{path}"))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn one_connection_is_kept_and_every_status_is_an_answer() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut requests = Vec::new();
            let answers = [
                ("\r\n\r\n", "HTTP/1.1 404 Not Found\r\nx-of: 1"),
                (r#"{"e":1}"#, "HTTP/1.1 302 Found\r\nlocation: /elsewhere"),
            ];
            for (end, head) in answers {
                // Header and body may arrive apart, and input left unread resets the connection when it is closed.
                let mut request = Vec::new();
                while !request.ends_with(end.as_bytes()) {
                    let mut buffer = [0; 4096];
                    let length = stream.read(&mut buffer).expect("a request");
                    assert!(length > 0, "the connection ended within a request");
                    request.extend_from_slice(&buffer[..length]);
                }
                requests.push(String::from_utf8_lossy(&request).into_owned());
                write!(stream, "{head}\r\ncontent-length: 2\r\n\r\nok").expect("it reads");
            }
            requests
        });
        let mut client = Client::new(port);
        let first = client.get("/a?b=c").expect("an answer");
        assert_eq!((first.status, first.header("x-of"), first.body.as_str()), (404, Some("1"), "ok"));
        let second = client.send("POST", "/d", r#"{"e":1}"#).expect("an answer");
        assert_eq!((second.status, second.header("location")), (302, Some("/elsewhere")));
        let requests = server.join().expect("no panic");
        assert!(requests[0].starts_with("GET /a?b=c HTTP/1.1\r\n"), "{}", requests[0]);
        assert!(requests[1].contains("content-type: application/json\r\n"), "{}", requests[1]);
    }
}
