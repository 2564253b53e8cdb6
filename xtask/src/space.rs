//! Free space on the disk of `target/`: a build that runs out of it fails with an error of its own, such as a linker that
//! receives SIGBUS.

use std::fs;

use anyhow::{Result, ensure};

use crate::dirs;

/// What a run of all stages writes at most, in GB: builds, images, the data of servers.
const NEEDED: f64 = 20.0;

/// The free space in GB.
///
/// # Errors
/// If the file system does not tell.
pub(crate) fn free() -> Result<f64> {
    let target = dirs::target();
    fs::create_dir_all(&target)?;
    let disk = rustix::fs::statvfs(&target)?;
    Ok(disk.f_bavail as f64 * disk.f_frsize as f64 / 1e9)
}

/// Fails if a run would fill the disk. What `target/` already has is part of what a run needs.
///
/// # Errors
/// If less than that is free.
pub(crate) fn ensure_enough() -> Result<()> {
    let (free, used) = (free()?, used());
    ensure!(
        free + used >= NEEDED,
        "a run needs {NEEDED:.0} GB in {}, which has {used:.0} GB of an earlier run and {free:.0} GB free",
        dirs::target().display()
    );
    Ok(())
}

/// The size of `target/` in GB. A file that another program removes at this moment does not count.
fn used() -> f64 {
    let files = walkdir::WalkDir::new(dirs::target()).into_iter().flatten();
    let bytes: u64 = files.filter_map(|file| Some(file.metadata().ok()?.len())).sum();
    bytes as f64 / 1e9
}
