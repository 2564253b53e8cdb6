//! The real binary, as an operator starts and stops it.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::{Fixture, TIMEOUT, eventually, flags};

/// A running server; killed when dropped.
pub struct Process {
    pub public: SocketAddr,
    pub admin: SocketAddr,
    program: Program,
    /// Dropped with the process.
    pub _fixture: Fixture,
}

/// The exit code and the output of the program.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: Vec<String>,
    pub stderr: Vec<String>,
}

impl Process {
    /// Starts `serve` on free ports and waits until it is ready.
    pub async fn start(settings: &[&str]) -> Self {
        Self::start_with(settings, &[]).await
    }

    /// As [`Process::start`], with these variables.
    pub async fn start_with(settings: &[&str], environment: &[(&str, &str)]) -> Self {
        let fixture = Fixture::new(settings).await;
        let mut program = Program::start(command().arg("serve").args(&fixture.flags).envs(environment.iter().copied()));
        let listening = async {
            loop {
                let line = program.stdout.recv().await.expect("it says where it listens");
                let line: Value = serde_json::from_str(&line).expect("a log line is JSON");
                let address = |port: &str| line[port].as_str()?.parse().ok();
                if let (Some(public), Some(admin)) = (address("public"), address("admin")) {
                    return (public, admin);
                }
            }
        };
        let (public, admin) = timeout(TIMEOUT, listening).await.expect("the server starts");
        fixture.ready(admin).await;
        Self { public, admin, program, _fixture: fixture }
    }

    /// Sends SIGTERM, as every supervisor does.
    pub fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.program.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status();
        assert!(status.expect("there is a shell").success(), "it still runs");
    }

    /// Leaves what the server writes unread, or reads on.
    pub fn pause_output(&self, pause: bool) {
        self.program.paused.store(pause, Relaxed);
    }

    /// The next line of its log.
    pub async fn line(&mut self) -> Value {
        let line = timeout(TIMEOUT, self.program.stdout.recv()).await.expect("it logs");
        serde_json::from_str(&line.expect("it runs")).expect("a log line is JSON")
    }

    /// Waits for its end. The output is what was not read before.
    pub async fn ended(self) -> Ended {
        self.program.ended().await
    }
}

/// Runs the binary to its end, with nothing in its environment but what is given.
pub async fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let mut command = command();
    command.args(arguments).envs(environment.iter().copied());
    Program::start(&mut command).ended().await
}

/// As [`run`], of `serve` with the settings that every test needs: for a start that fails.
pub async fn run_serve(of_the_test: &[&str]) -> Ended {
    let mut command = command();
    command.arg("serve").args(flags(of_the_test));
    Program::start(&mut command).ended().await
}

/// As [`run`], in this folder.
pub async fn run_in(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let mut command = command();
    command.args(arguments).envs(environment.iter().copied()).current_dir(folder);
    Program::start(&mut command).ended().await
}

/// The binary, without variables and in a folder without a `.env` file.
pub fn command() -> Command {
    let mut command = Command::new(env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"))));
    command.env_clear().current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

struct Program {
    child: Child,
    stdout: UnboundedReceiver<String>,
    stderr: UnboundedReceiver<String>,
    paused: Arc<AtomicBool>,
}

impl Program {
    fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary was built with the tests");
        let paused = Arc::<AtomicBool>::default();
        let stdout = lines(child.stdout.take().expect("it is piped"), &paused);
        let stderr = lines(child.stderr.take().expect("it is piped"), &paused);
        Self { child, stdout, stderr, paused }
    }

    async fn ended(mut self) -> Ended {
        let mut code = None;
        let ends = async || {
            let status = self.child.try_wait().expect("it is our child");
            code = status.and_then(|status| status.code());
            status.is_some()
        };
        eventually("the program ends", ends).await;
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        while self.stdout.recv_many(&mut stdout, 100).await > 0 {}
        while self.stderr.recv_many(&mut stderr, 100).await > 0 {}
        Ended { code, stdout, stderr }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The lines of a pipe, read as they come so that the program never waits for us, unless that is paused.
fn lines(pipe: impl Read + Send + 'static, paused: &Arc<AtomicBool>) -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    let paused = Arc::clone(paused);
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            while paused.load(Relaxed) {
                thread::sleep(Duration::from_millis(10));
            }
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}
