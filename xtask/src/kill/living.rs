//! SIGKILL during `restwell set` and `restwell undo` in an edited project: the next command makes it what it was before or
//! after, and an edit between the kill and that command is never lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{Snapshot, TIMES, snapshot};
use crate::process::Running;
use crate::program::Program;

/// A path without cargo and rustfmt: only restwell itself is killed.
const PATH: &str = "/usr/bin:/bin";

pub(super) const SET: [&str; 3] = ["set", "cache=redis", "--no-check"];
const UNDO: [&str; 1] = ["undo"];

/// Changes nothing, but finishes what was interrupted.
const RECOVER: [&str; 2] = ["adopt", "rustfmt.toml"];

/// The folder of the journal, which is not part of a state.
const JOURNAL: &str = ".restwell/undo";

/// An edited project.
pub(super) struct Living {
    pub(super) root: PathBuf,
    restwell: PathBuf,
}

impl Living {
    pub(super) fn new(restwell: &Path, folder: &Path) -> Result<Self> {
        let new = ["new", "shop-api", "--preset", "standard", "--no-git", "--quiet"];
        Program::new(restwell).args(new).dir(folder).read()?;
        let root = folder.join("shop-api");
        for path in ["README.md", "justfile", "src/app.rs"] {
            let text = fs::read_to_string(root.join(path))?;
            let comment = if path.ends_with(".rs") { "// Ours.\n" } else { "# Ours.\n" };
            fs::write(root.join(path), text + comment)?;
        }
        Ok(Self { root, restwell: restwell.to_owned() })
    }

    pub(super) fn run(&self, words: &[&str]) -> Program {
        Program::new(&self.restwell).args(words).arg("--quiet").dir(&self.root).env("PATH", PATH)
    }

    /// The files without those of the journal.
    pub(super) fn state(&self) -> Result<Snapshot> {
        let mut files = snapshot(&self.root)?;
        files.retain(|path, _| !path.starts_with(JOURNAL));
        Ok(files)
    }

    /// The folder that the next change gets in the journal.
    fn next_entry(&self) -> Result<PathBuf> {
        let journal = self.root.join(JOURNAL);
        let mut last = 0;
        if journal.exists() {
            for entry in fs::read_dir(&journal)? {
                let number = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
                last = last.max(number.unwrap_or_default());
            }
        }
        Ok(journal.join((last + 1).to_string()))
    }

    /// Finishes what was interrupted; the state then.
    pub(super) fn recovered(&self) -> Result<Snapshot> {
        self.run(&RECOVER).read()?;
        self.state()
    }
}

pub(super) fn kills(restwell: &Path) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let living = Living::new(restwell, folder.path())?;
    let log = folder.path().join("log");
    let before = living.state()?;
    let (mut time, placing) = duration(&living, &log)?;
    let after = living.state()?;
    living.run(&UNDO).read()?;
    if living.state()? != before {
        bail!("undo does not give the project back");
    }
    let (mut counts, mut half, mut edited) = ([0, 0], 0, 0);
    for turn in 0..TIMES {
        let is_set = living.state()? == before;
        let words: &[&str] = if is_set { &SET } else { &UNDO };
        let entry = living.next_entry()?;
        let started = Instant::now();
        let mut child = living.run(words).start(&log)?;
        // Files are placed at the end of a run: half of the kills wait for the commit.
        if turn % 2 == 1 {
            wait_for(&mut child, &[entry.join("journal"), entry.join("done")])?;
            let committed = Instant::now();
            while committed.elapsed() < placing * (turn % 40) / 40 {
                std::hint::spin_loop();
            }
        } else {
            std::thread::sleep(time * turn * 3 / (TIMES * 2));
        }
        child.kill()?;
        match child.ended()?.map(|status| status.code()) {
            Some(Some(0)) if turn % 2 == 1 => time = started.elapsed(),
            // It ended in the pause, whose time would make the pause of the next turn longer; or it was killed.
            Some(Some(0) | None) | None => {}
            Some(Some(code)) => bail!("`{}` ended with {code} at turn {turn}: {}", words.join(" "), child.last_lines()),
        }
        let is_half = ![&before, &after].contains(&&living.state()?);
        half += u32::from(is_half);
        if turn % 5 == 3 {
            edited += u32::from(edit_survives(&living)?);
        }
        let state = living.recovered().with_context(|| format!("the command after kill {turn}"))?;
        match [&before, &after].iter().position(|known| **known == state) {
            Some(index) => counts[index] += 1,
            None => bail!("kill {turn} of `{}` left a project that is neither before nor after", words.join(" ")),
        }
    }
    if half < TIMES / 20 {
        bail!("only {half} kills hit the placing of files");
    }
    let [before, after] = counts;
    Ok(format!(
        "{before} before, {after} after; {half} half-way and finished by the next command; {edited} edits in between kept"
    ))
}

/// Runs `restwell set`; the time that it takes, and that between its commit and the last file in place.
fn duration(living: &Living, log: &Path) -> Result<(Duration, Duration)> {
    let entry = living.next_entry()?;
    let started = Instant::now();
    let mut child = living.run(&SET).start(log)?;
    wait_for(&mut child, &[entry.join("journal")])?;
    let committed = Instant::now();
    wait_for(&mut child, &[entry.join("done")])?;
    let placing = committed.elapsed();
    child.wait(Duration::from_secs(20))?;
    Ok((started.elapsed(), placing))
}

/// Waits until one of `files` exists or the command has ended; without pauses, which are longer than the placing.
fn wait_for(child: &mut Running, files: &[PathBuf]) -> Result<()> {
    while child.ended()?.is_none() && !files.iter().any(|file| file.exists()) {
        std::hint::spin_loop();
    }
    Ok(())
}

/// Edits a file that the change writes and runs the next command: it keeps the edit or stops. The file is as it was
/// afterwards. Returns whether the command stopped.
fn edit_survives(living: &Living) -> Result<bool> {
    let path = living.root.join("README.md");
    let text = fs::read(&path)?;
    let edit = b"# An edit after the kill.\n".as_slice();
    fs::write(&path, [&text, edit].concat())?;
    let output = living.run(&RECOVER).capture()?;
    if !fs::read(&path)?.ends_with(edit) {
        bail!("an edit after a kill is lost: {}", output.stderr);
    }
    let stopped = !output.status.success();
    if stopped && !output.stderr.contains("RW0606") {
        bail!("the command after a kill and an edit: {}", output.stderr);
    }
    fs::write(&path, text)?;
    Ok(stopped)
}
