//! SIGKILL while `restwell new` writes, many times at different moments: the target is absent or complete, and the next
//! run removes the leftovers. `living` does the same to the commands that change a project.

mod disk;
mod living;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::program::Program;
use crate::project;
use crate::tally::Tally;

/// The number of kills.
const TIMES: u32 = 200;

const NEW: [&str; 5] = ["new", "shop-api", "--yes", "--no-git", "--quiet"];

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("kill")?;
    let restwell = project::restwell()?;
    tally.note(&format!("{TIMES} kills leave nothing half-made"), || kills(&restwell));
    tally.note(&format!("{TIMES} kills in a directory that exists are completed by the next run"), || {
        kills_in_place(&restwell)
    });
    tally.note(&format!("{TIMES} kills of set and undo leave a project before or after"), || living::kills(&restwell));
    match disk::is_possible() {
        true => tally.note("a disk that is full at any moment of set and undo", || disk::fills(&restwell)),
        false => tally.gap("a disk that is full", "only root mounts a file system"),
    }
    tally.close()
}

/// In an existing directory a kill may leave some of the files: the same command completes the project.
fn kills_in_place(restwell: &Path) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let Room { path: room, target, log, whole, time } = Room::new(restwell, folder.path())?;
    let (mut empty, mut part, mut complete) = (0, 0, 0);
    for turn in 0..TIMES {
        fs::create_dir(&target)?;
        let mut child = Program::new(restwell).args(NEW).dir(&room).start(&log)?;
        match turn % 2 {
            0 => std::thread::sleep(time * turn * 3 / (TIMES * 2)),
            // Files are placed at the end of a run: kill after the first one exists.
            _ => {
                let first = whole.keys().next().context("a project has files")?;
                while child.ended()?.is_none() && !target.join(first).exists() {
                    std::hint::spin_loop();
                }
            }
        }
        child.kill()?;
        let placed = |path: &&PathBuf| !path.to_string_lossy().starts_with(".restwell-");
        match snapshot(&target)?.keys().filter(placed).count() {
            0 => empty += 1,
            count if count == whole.len() => complete += 1,
            _ => part += 1,
        }
        let next = Program::new(restwell).args(NEW).dir(&room).capture()?;
        if snapshot(&target)? != whole {
            bail!("the run after a kill, turn {turn}, did not complete the project: {}", next.stderr);
        }
        fs::remove_dir_all(&target)?;
    }
    if part == 0 {
        bail!("no kill hit the placing: {empty} empty, {complete} complete");
    }
    Ok(format!("{empty} empty, {part} a part, {complete} complete; each was whole after the next run"))
}

fn kills(restwell: &Path) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let Room { path: room, target, log, whole, time } = Room::new(restwell, folder.path())?;
    let (mut absent, mut complete, mut left) = (0, 0, 0);
    for turn in 0..TIMES {
        // Even steps over the whole run and slightly beyond, so that every phase is hit, plus the noise of the machine.
        let moment = time * turn * 3 / (TIMES * 2);
        let mut child = Program::new(restwell).args(NEW).dir(&room).start(&log)?;
        std::thread::sleep(moment);
        // Without looking up its children first, which would delay the kill.
        child.kill()?;
        match target.exists() {
            true if snapshot(&target)? == whole => complete += 1,
            true => bail!("killed after {moment:?}: the target is neither absent nor complete"),
            false => absent += 1,
        }
        left += usize::from(names(&room)?.iter().any(|name| name != "shop-api"));
        next_run(restwell, &room, &whole).with_context(|| format!("the run after a kill at {moment:?}"))?;
    }
    if left == 0 {
        bail!("no kill hit the staging: {absent} absent, {complete} complete");
    }
    Ok(format!("{absent} absent, {complete} complete, {left} left a staging folder and the next run removed it"))
}

/// A directory, and the result of an uninterrupted run there.
struct Room {
    path: PathBuf,
    target: PathBuf,
    log: PathBuf,
    /// The files that it writes.
    whole: Snapshot,
    /// The median duration of five runs.
    time: Duration,
}

impl Room {
    fn new(restwell: &Path, folder: &Path) -> Result<Self> {
        let path = folder.join("room");
        fs::create_dir(&path)?;
        let (whole, time) = reference(restwell, &path)?;
        Ok(Self { target: path.join("shop-api"), log: folder.join("log"), path, whole, time })
    }
}

/// The files of an uninterrupted run, and the median duration of five.
fn reference(restwell: &Path, room: &Path) -> Result<(Snapshot, Duration)> {
    let target = room.join("shop-api");
    let mut times = Vec::new();
    let mut whole = Snapshot::new();
    for _ in 0..5 {
        let started = Instant::now();
        Program::new(restwell).args(NEW).dir(room).read()?;
        times.push(started.elapsed());
        whole = snapshot(&target)?;
        fs::remove_dir_all(&target)?;
    }
    times.sort();
    Ok((whole, times[2]))
}

/// Runs again: the project is complete and nothing else is left.
fn next_run(restwell: &Path, room: &Path, whole: &Snapshot) -> Result<()> {
    let target = room.join("shop-api");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    Program::new(restwell).args(NEW).dir(room).read()?;
    if snapshot(&target)? != *whole {
        bail!("wrote something else than an undisturbed run");
    }
    let names = names(room)?;
    if names != ["shop-api"] {
        bail!("left behind: {names:?}");
    }
    Ok(fs::remove_dir_all(&target)?)
}

type Snapshot = BTreeMap<PathBuf, Vec<u8>>;

fn snapshot(folder: &Path) -> Result<Snapshot> {
    let mut snapshot = Snapshot::new();
    for path in project::files(folder)? {
        snapshot.insert(path.strip_prefix(folder)?.to_path_buf(), fs::read(&path)?);
    }
    Ok(snapshot)
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}
