//! A local stand-in for the other service: `cargo run --example upstream`.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

const BODY: &str = r#"[{"author":"Ada","rating":5,"text":"Worth every cent"}]"#;

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:9100")?;
    for stream in listener.incoming() {
        let mut stream = stream?;
        let mut lines = BufReader::new(stream.try_clone()?).lines().map_while(Result::ok);
        println!("{}", lines.next().unwrap_or_default());
        // The rest of the request's header, up to the empty line.
        lines.take_while(|line| !line.is_empty()).for_each(drop);
        let (head, length) = ("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close", BODY.len());
        // Ignore a client that has disconnected.
        write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{BODY}").ok();
    }
    Ok(())
}
