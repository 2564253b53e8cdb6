//! The image of a project: what it contains, which user it runs as, and which layers a change rebuilds.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};

use super::APP;
use super::site::Site;
use crate::tally::Tally;

/// Checks the user and the command of the image.
pub(crate) fn check(tally: &mut Tally, site: &Site, name: &str) -> Result<()> {
    let image = site.image(APP)?;
    tally.note(&format!("{name}: image is not root's"), || {
        let user = site.docker(["inspect", "--format", "{{.Config.User}}", image])?.read()?;
        match user.trim() {
            "" | "0" | "root" | "0:0" => bail!("it runs as `{}`", user.trim()),
            user => Ok(format!("user {user}")),
        }
    });
    tally.check(&format!("{name}: image has no shell"), || {
        let shell = site.docker(["run", "--rm", "--entrypoint", "/bin/sh", image, "-c", "true"])?.capture()?;
        match shell.status.success() || !shell.stderr.contains("no such file") {
            true => bail!("{}", shell.tail()),
            false => Ok(()),
        }
    });
    tally.note(&format!("{name}: image size"), || {
        let bytes = site.docker(["inspect", "--format", "{{.Size}}", image])?.read()?;
        Ok(format!("{} MiB", bytes.trim().parse::<u64>()? / 1024 / 1024))
    });
    Ok(())
}

/// A change of the source does not recompile the dependencies. Leaves a new version for the rollout.
pub(crate) fn check_layers(tally: &mut Tally, site: &Site, name: &str, folder: &Path) {
    tally.note(&format!("{name}: dependencies are a layer of their own"), || {
        let main = folder.join("src/main.rs");
        fs::write(&main, format!("{}\n// Changed.\n", fs::read_to_string(&main)?))?;
        let started = Instant::now();
        let output = site.compose(["--progress", "plain", "build"])?.capture()?;
        let text = format!("{}{}", output.stdout, output.stderr);
        if !output.status.success() || text.contains("Compiling tokio ") || !text.contains("CACHED") {
            bail!("a changed line of source compiles dependencies again\n{}", output.tail());
        }
        Ok(format!("rebuilt in {:.0} s", started.elapsed().as_secs_f64()))
    });
}
