//! A hidden folder on the target's own file system, in which a project is made before it is moved into place.
//!
//! `.restwell-PID-N.partial/` holds `lock`, locked for as long as the folder is in use, and the project. A folder whose
//! lock is free was left by a run that was killed: the next run removes it. Nothing else inside it is ever touched.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};

use camino::{Utf8Path, Utf8PathBuf};

use super::{Traces, read_bounded, refused, stop_if_wanted};
use crate::error::Error;
use crate::tree::{self, RECEIPT, Tree};

const PREFIX: &str = ".restwell-";
const SUFFIX: &str = ".partial";
const LOCK: &str = "lock";
const CONTENT: &str = "new";

/// What a project is called below [`CONTENT`] where its directory exists already.
pub(super) const IN_PLACE: &str = "project";

/// How many names are tried: each is taken only by a leftover, or by a run with the same process number elsewhere.
const ATTEMPTS: u32 = 1000;

/// A staging folder in use. Dropping it removes what is left of it.
pub(super) struct Staging {
    holder: Utf8PathBuf,
    /// Released when the folder is gone.
    lock: Option<File>,
    /// The path of the project below [`CONTENT`], with the parents that do not exist yet.
    missing: Utf8PathBuf,
}

/// Whether a name is that of a staging folder.
pub(super) fn is_holder(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

/// Removes the staging folders in `beside` that no run uses any more. What cannot be removed is left for the next run.
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

/// What a staging folder tells of the run that made it.
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
        // Its maker is about to lock it, or was killed before. An empty folder goes; the maker then takes another.
        Err(_) => drop(fs::remove_dir(holder)),
    }
}

/// The lock goes after what it guards, so that a removal which is itself killed can be finished.
fn remove(holder: &Utf8Path) {
    let _ = fs::remove_dir_all(holder.join(CONTENT));
    let _ = fs::remove_file(holder.join(LOCK));
    let _ = fs::remove_dir(holder);
}

impl Staging {
    /// A new folder in `beside` for a project at `missing` below it.
    pub(super) fn open(beside: &Utf8Path, missing: &Utf8Path) -> io::Result<Self> {
        for attempt in 0..ATTEMPTS {
            let holder = beside.join(format!("{PREFIX}{}-{attempt}{SUFFIX}", std::process::id()));
            if let Some(staging) = Self::claim(holder, missing)? {
                return Ok(staging);
            }
        }
        Err(io::Error::new(ErrorKind::AlreadyExists, "every name for a staging folder is taken"))
    }

    /// Makes and locks `holder`. There is none if the name is taken, or another run took the fresh folder for a stale
    /// one.
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
            // A file system without locks: then no other run can take this one for stale either.
            Ok(()) | Err(fs::TryLockError::Error(_)) => {}
        }
        let staging = Self { holder, lock: Some(lock), missing: missing.to_owned() };
        match fs::create_dir(staging.holder.join(CONTENT)) {
            // The other run was done with it before it was locked here.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            made => made?,
        }
        fs::create_dir_all(staging.project())?;
        Ok(Some(staging))
    }

    /// Where the project is made.
    pub(super) fn project(&self) -> Utf8PathBuf {
        self.holder.join(CONTENT).join(&self.missing)
    }

    /// Writes every file. `shown` is the path that errors name.
    pub(super) fn fill(&self, tree: &Tree, shown: &Utf8Path) -> Result<(), Error> {
        let project = self.project();
        let mut directory = Utf8PathBuf::new();
        for (path, file) in tree.files() {
            stop_if_wanted()?;
            let parent = path.parent().unwrap_or("".into());
            // The paths are sorted, so that a directory comes up once and is then made.
            if parent != directory {
                fs::create_dir_all(project.join(parent)).map_err(refused("create", shown.join(parent)))?;
                parent.clone_into(&mut directory);
            }
            write(&project.join(path), file).map_err(refused("write", shown.join(path)))?;
        }
        Ok(())
    }

    /// Moves the project, with the parents that do not exist yet, into `beside`: one rename. A parent that another
    /// program has made meanwhile is no obstacle; then it is the first missing one below that moves.
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
