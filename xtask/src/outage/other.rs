//! The upstream service of a project with `upstream=http`: it responds, or accepts requests and never responds.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;

const BODY: &str = r#"[{"author":"Ada","rating":5,"text":"Worth every cent"}]"#;

/// Runs until this process ends.
pub(super) struct Other {
    pub(super) port: u16,
    silent: Arc<AtomicBool>,
}

impl Other {
    pub(super) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (port, silent) = (listener.local_addr()?.port(), Arc::new(AtomicBool::new(false)));
        let shared = Arc::clone(&silent);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let silent = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &silent));
            }
        });
        Ok(Self { port, silent })
    }

    pub(super) fn silence(&self, silent: bool) {
        self.silent.store(silent, Ordering::Relaxed);
    }
}

/// Serves a client until it disconnects. A request that arrives while the service is silent never gets a response.
fn serve(mut stream: TcpStream, silent: &AtomicBool) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    loop {
        let mut header = lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty());
        if header.next().is_none() {
            return Ok(());
        }
        header.for_each(drop);
        if silent.load(Ordering::Relaxed) {
            continue;
        }
        std::thread::sleep(Duration::from_millis(2));
        let length = BODY.len();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{BODY}")?;
    }
}
