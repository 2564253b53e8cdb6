//! The staging folder: a hidden folder on the target's file system, in which a project is written before it is moved.
//!
//! `.restwell-PID-N.partial/` holds the project and `lock`, a file that is locked while the folder is in use. A folder
//! whose lock is free was left by a killed run, and the next run removes it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::panic::resume_unwind;
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Traces, read_bounded, refused, stop_if_requested};
use crate::error::Error;
use crate::tree::{self, RECEIPT, Tree};

const PREFIX: &str = ".restwell-";
const SUFFIX: &str = ".partial";
const LOCK: &str = "lock";
const CONTENT: &str = "new";

/// The name of the project below [`CONTENT`] if the target exists.
pub(super) const IN_PLACE: &str = "project";

/// The most threads that write files: creating a file takes longer than rendering it.
const WORKERS: usize = 4;

/// How many names are tried. A name is taken only by a leftover, or by a run with the same process id on another host.
const ATTEMPTS: u32 = 1000;

/// A staging folder in use. Dropping it removes it.
pub(super) struct Staging {
    holder: Utf8PathBuf,
    /// Released after the folder is removed.
    lock: Option<File>,
    /// The path of the project below [`CONTENT`], including parents that do not exist yet.
    missing: Utf8PathBuf,
}

/// Whether `name` is the name of a staging folder.
pub(super) fn is_holder(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

/// Removes unused staging folders in `beside`. What cannot be removed is left for the next run.
pub(super) fn sweep(beside: &Utf8Path) {
    let Ok(entries) = beside.read_dir_utf8() else {
        return;
    };
    for entry in entries.flatten().filter(|entry| is_holder(entry.file_name())) {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_stale(entry.path());
        }
    }
}

/// The state of the run that created a staging folder.
pub(super) fn trace(holder: &Utf8Path) -> Traces {
    match File::open(holder.join(LOCK)).map(|lock| lock.try_lock()) {
        Ok(Err(fs::TryLockError::WouldBlock)) => Traces::Running,
        Ok(_) | Err(_) => {
            let receipt = holder.join(CONTENT).join(IN_PLACE).join(RECEIPT);
            Traces::Unfinished(File::open(receipt).and_then(read_bounded).ok())
        }
    }
}

fn remove_stale(holder: &Utf8Path) {
    match File::open(holder.join(LOCK)) {
        Ok(lock) if lock.try_lock().is_ok() => remove(holder),
        Ok(_) => {}
        // Its run has not locked it yet, or was killed. Only an empty folder is removed; its run then creates another.
        Err(_) => drop(fs::remove_dir(holder)),
    }
}

/// The lock is removed last, so that a later run can finish an interrupted removal.
fn remove(holder: &Utf8Path) {
    let _ = fs::remove_dir_all(holder.join(CONTENT));
    let _ = fs::remove_file(holder.join(LOCK));
    let _ = fs::remove_dir(holder);
}

impl Staging {
    /// Creates a folder in `beside` for a project at `missing` below it.
    pub(super) fn open(beside: &Utf8Path, missing: &Utf8Path) -> io::Result<Self> {
        for attempt in 0..ATTEMPTS {
            let holder = beside.join(format!("{PREFIX}{}-{attempt}{SUFFIX}", std::process::id()));
            if let Some(staging) = Self::claim(holder, missing)? {
                return Ok(staging);
            }
        }
        Err(io::Error::new(ErrorKind::AlreadyExists, "every name for a staging folder is taken"))
    }

    /// Creates and locks `holder`. `None` if the name is taken, or if another run removed the new folder as unused.
    fn claim(holder: Utf8PathBuf, missing: &Utf8Path) -> io::Result<Option<Self>> {
        match fs::create_dir(&holder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
            made => made?,
        }
        let lock = match File::create_new(holder.join(LOCK)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            made => made.inspect_err(|_| drop(fs::remove_dir(&holder)))?,
        };
        match lock.try_lock() {
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            // Without locks in the file system, no other run can find this folder unused either.
            Ok(()) | Err(fs::TryLockError::Error(_)) => {}
        }
        let staging = Self { holder, lock: Some(lock), missing: missing.to_owned() };
        match fs::create_dir(staging.holder.join(CONTENT)) {
            // Another run removed the folder before it was locked here.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            made => made?,
        }
        fs::create_dir_all(staging.project())?;
        Ok(Some(staging))
    }

    /// The path of the staged project.
    pub(super) fn project(&self) -> Utf8PathBuf {
        self.holder.join(CONTENT).join(&self.missing)
    }

    /// Writes every file. Errors name `shown`, the path of the target.
    pub(super) fn fill(&self, tree: &Tree, shown: &Utf8Path) -> Result<(), Error> {
        let project = self.project();
        let mut directory = Utf8PathBuf::new();
        for (path, _) in tree.files() {
            let parent = path.parent().unwrap_or("".into());
            // The paths are sorted, so each directory is created once.
            if parent != directory {
                fs::create_dir_all(project.join(parent)).map_err(refused("create", shown.join(parent)))?;
                parent.clone_into(&mut directory);
            }
        }
        let files: Vec<_> = tree.files().collect();
        let threads = thread::available_parallelism().map_or(1, usize::from).min(WORKERS);
        let part = files.len().div_ceil(threads).max(1);
        thread::scope(|scope| {
            let write_part = |part: &[(&Utf8Path, &tree::File)]| {
                part.iter().try_for_each(|(path, file)| {
                    stop_if_requested()?;
                    write(&project.join(path), file).map_err(refused("write", shown.join(path)))
                })
            };
            let workers: Vec<_> = files.chunks(part).map(|part| scope.spawn(move || write_part(part))).collect();
            workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })
    }

    /// Moves the project, including parents that do not exist yet, into `beside` with one rename. If another program has
    /// created a parent meanwhile, the first missing directory below it is renamed instead.
    pub(super) fn publish(self, beside: &Utf8Path) -> io::Result<()> {
        let content = self.holder.join(CONTENT);
        let mut part = Utf8PathBuf::new();
        for name in self.missing.components() {
            part.push(name);
            match fs::rename(content.join(&part), beside.join(&part)) {
                Err(error) if is_taken(&error) && part != self.missing => {}
                moved => return moved,
            }
        }
        Ok(())
    }
}

fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty)
}

impl Drop for Staging {
    fn drop(&mut self) {
        remove(&self.holder);
        self.lock.take();
    }
}

fn write(path: &Utf8Path, file: &tree::File) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(if file.executable { 0o777 } else { 0o666 });
    }
    options.open(path)?.write_all(&file.bytes)
}
