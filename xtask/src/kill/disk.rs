//! A file system with less and less space: `set` and `undo` are made whole, or fail, and the next command with space makes
//! the project what it was before or after.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use super::living::{Living, SET};
use crate::program::Program;

/// More than a change needs.
const MOST: usize = 4 << 20;

/// Between two attempts.
const STEP: usize = 64 << 10;

/// A mounted file system in memory, unmounted when it is dropped.
struct Mount<'a>(&'a Path);

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        Program::new("umount").arg(self.0).clean_up();
    }
}

/// Whether a file system can be mounted here.
pub(super) fn is_possible() -> bool {
    let Ok(folder) = tempfile::tempdir() else { return false };
    mount(folder.path()).is_ok()
}

fn mount(folder: &Path) -> Result<Mount<'_>> {
    Program::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "none"]).arg(folder).read()?;
    Ok(Mount(folder))
}

pub(super) fn fills(restwell: &Path) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let mounted = mount(folder.path())?;
    let living = Living::new(restwell, mounted.0)?;
    let before = living.state()?;
    living.run(&SET).read()?;
    let after = living.state()?;
    let filler = mounted.0.join("filler");
    let (mut failed, mut half) = (0, 0);
    for words in [&["undo"][..], &SET] {
        let (old, new) = if words == ["undo"] { (&after, &before) } else { (&before, &after) };
        for free in (0..MOST).step_by(STEP) {
            fill(&filler, free)?;
            let output = living.run(words).capture()?;
            let state = living.state()?;
            fs::remove_file(&filler)?;
            if output.status.success() {
                if state != *new {
                    bail!("`{}` succeeded with {free} bytes and is not whole", words.join(" "));
                }
                break;
            }
            failed += 1;
            half += u32::from(state != *old);
            let state = living.recovered()?;
            if state == *new {
                break;
            }
            if state != *old {
                bail!(
                    "`{}` with {free} bytes left neither the old nor the new project: {}",
                    words.join(" "),
                    output.stderr
                );
            }
        }
        if living.state()? != *new {
            bail!("`{}` never succeeded", words.join(" "));
        }
    }
    if failed < 4 {
        bail!("the disk was full only {failed} times");
    }
    Ok(format!("full {failed} times, {half} of them after the commit; each time before or after"))
}

/// Fills the file system but for `free` bytes.
fn fill(filler: &Path, free: usize) -> Result<()> {
    let chunk = vec![0; 4096];
    let mut file = fs::File::create(filler)?;
    while std::io::Write::write_all(&mut file, &chunk).is_ok() {}
    let length = fs::metadata(filler)?.len();
    file.set_len(length.saturating_sub(free as u64))?;
    Ok(())
}
