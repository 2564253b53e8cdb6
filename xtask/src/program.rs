//! A program with a time limit. xtask starts every process here, and ends it here by its id.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::interrupt;
use crate::process::Running;
use crate::tree::{self, Mark};

/// A command line with a time limit.
pub(crate) struct Program {
    command: Command,
    limit: Duration,
    /// The time between SIGTERM and SIGKILL, after the limit or a signal.
    grace: Duration,
    mark: Mark,
    /// Whether it also runs after a signal.
    cleans_up: bool,
}

/// The output and the exit status of a program.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    /// A program with the default limit of ten minutes.
    pub(crate) fn new(name: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(name);
        command.stdin(Stdio::null());
        let mark = Mark::next();
        command.env(tree::VARIABLE, mark.value());
        Self { command, limit: Duration::from_secs(600), grace: Duration::from_secs(2), mark, cleans_up: false }
    }

    /// Cargo, without the variables that `cargo xtask` sets.
    pub(crate) fn cargo() -> Self {
        Self::new("cargo").outside_cargo()
    }

    /// A line of shell, likewise: it may call cargo.
    pub(crate) fn shell(line: &str) -> Self {
        Self::new("sh").args(["-ec", line]).outside_cargo()
    }

    /// Without the variables that cargo sets for what it runs: the build of a project must not depend on them.
    fn outside_cargo(mut self) -> Self {
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST") {
                self.command.env_remove(&name);
            }
        }
        self
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn args<I: IntoIterator<Item: AsRef<OsStr>>>(mut self, args: I) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn envs(self, variables: &[(String, String)]) -> Self {
        variables.iter().fold(self, |program, (name, value)| program.env(name, value))
    }

    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sets the time that it has to end what it started, from SIGTERM on.
    pub(crate) fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Runs it and ignores its result, as the last use of something. After a signal it runs too, for a few seconds.
    pub(crate) fn clean_up(mut self) {
        self.cleans_up = true;
        self.limit = interrupt::shutdown_timeout(self.limit, Duration::from_secs(6));
        let _ = self.capture();
    }

    /// Runs it with inherited output; an error unless it exits with 0.
    pub(crate) fn run(mut self) -> Result<()> {
        let child = self.spawn()?;
        let status = self.wait(child, || Ok(()))?;
        if !status.success() {
            bail!("`{}` ended with {status}", self.line());
        }
        Ok(())
    }

    /// Runs it and returns its output, whatever its exit status.
    pub(crate) fn capture(self) -> Result<Output> {
        self.capture_lines(|_| {})
    }

    /// Like [`Program::capture`]; `each` is called with every line of stdout soon after it was written.
    pub(crate) fn capture_lines(mut self, mut each: impl FnMut(&str)) -> Result<Output> {
        // Files and not pipes: a full pipe would block the program, and a grandchild that keeps its output open would
        // block the read.
        let (stdout, mut stderr) = (tempfile::NamedTempFile::new()?, tempfile::tempfile()?);
        self.command.stdout(stdout.reopen()?).stderr(stderr.try_clone()?);
        let mut lines = BufReader::new(stdout.reopen()?);
        let mut line = Vec::new();
        let mut read = || -> Result<()> {
            // The last line may be incomplete: its rest is read later.
            while lines.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
                each(&String::from_utf8_lossy(&line));
                line.clear();
            }
            Ok(())
        };
        let child = self.spawn()?;
        let status = self.wait(child, &mut read)?;
        read()?;
        Ok(Output { status, stdout: text(&mut stdout.into_file())?, stderr: text(&mut stderr)? })
    }

    /// Runs it and returns its stdout; the error has its output if it does not exit with 0.
    pub(crate) fn read(self) -> Result<String> {
        let line = self.line();
        let output = self.capture()?;
        if !output.status.success() {
            bail!("`{line}` ended with {}\n{}", output.status, output.tail());
        }
        Ok(output.stdout)
    }

    /// Like [`Program::read`], with the output of `source` as its input; an error unless both exit with 0.
    pub(crate) fn read_from(mut self, mut source: Self) -> Result<String> {
        source.command.stdout(Stdio::piped());
        let mut child = source.spawn()?;
        self.command.stdin(child.stdout.take().context("its output is a pipe")?);
        let read = self.read();
        // If the reader ended early, the pipe is closed by now, and so `source` ends too.
        let status = source.wait(child, || Ok(()))?;
        if read.is_ok() && !status.success() {
            bail!("`{}` ended with {status}", source.line());
        }
        read
    }

    /// Starts it without waiting; stdout and stderr go to `log`.
    pub(crate) fn start(mut self, log: &Path) -> Result<Running> {
        let file = File::create(log).with_context(|| log.display().to_string())?;
        self.command.stdout(file.try_clone()?).stderr(file);
        let child = self.spawn()?;
        Ok(Running::new(child, self.mark, log))
    }

    fn spawn(&mut self) -> Result<Child> {
        if !self.cleans_up {
            interrupt::check()?;
        }
        self.command.spawn().with_context(|| self.line())
    }

    /// Waits for the end of `child`, and calls `meanwhile` repeatedly.
    fn wait(&self, mut child: Child, mut meanwhile: impl FnMut() -> Result<()>) -> Result<ExitStatus> {
        let started = Instant::now();
        loop {
            if let Err(error) = meanwhile() {
                self.mark.end(&mut child, Duration::ZERO);
                return Err(error);
            }
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            let is_interrupted = !self.cleans_up && interrupt::is_requested();
            if is_interrupted || started.elapsed() > self.limit {
                self.mark.end(&mut child, self.grace);
                bail!("`{}` was stopped after {} s", self.line(), started.elapsed().as_secs());
            }
            // Short intervals first, since programs of milliseconds are measured with this function.
            let pause = started.elapsed() / 50;
            std::thread::sleep(pause.clamp(Duration::from_micros(50), Duration::from_millis(50)));
        }
    }

    /// The command line, for error reports; a long one without its end.
    fn line(&self) -> String {
        const WORDS: usize = 20;
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        let mut words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
        if words.len() > WORDS {
            words.truncate(WORDS);
            words.push("…".into());
        }
        words.join(" ")
    }
}

impl Output {
    /// The last lines of both outputs, for error reports.
    pub(crate) fn tail(&self) -> String {
        let all = format!("{}\n{}", self.stdout.trim_end(), self.stderr.trim_end());
        let lines: Vec<_> = all.trim().lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

fn text(file: &mut File) -> Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_reads_the_output_of_another_and_both_must_succeed() {
        let shell = |script: &str| Program::new("sh").args(["-c", script]);
        assert_eq!(shell("cat").read_from(shell("echo one")).expect("both succeed"), "one\n");
        let error = shell("cat").read_from(shell("echo half; exit 3")).expect_err("the source fails");
        assert!(error.to_string().contains("exit status: 3"), "{error}");
        let error = shell("exit 4").read_from(shell("yes")).expect_err("the reader fails");
        assert!(error.to_string().contains("exit status: 4"), "{error}");
    }

    #[test]
    fn lines_come_while_the_program_runs() {
        let started = Instant::now();
        let mut lines = Vec::new();
        let program = Program::new("sh").args(["-c", "echo one; printf tw; sleep 1; echo o; printf three"]);
        let output = program.capture_lines(|line| lines.push((line.to_owned(), started.elapsed()))).expect("it runs");
        assert_eq!(output.stdout, "one\ntwo\nthree");
        let [(one, early), (two, late)] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((one.as_str(), two.as_str()), ("one\n", "two\n"));
        assert!(*late > Duration::from_secs(1) && *early < *late, "{early:?} {late:?}");
    }
}
