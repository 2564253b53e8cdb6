//! The files in `cargo package` are sufficient: restwell is installed from them in an empty directory, with nothing to
//! fetch, and generates the same project as the checkout.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use restwell::base::Base;
use restwell::preset::PRESETS;

use crate::program::Program;
use crate::{dirs, project};

/// Packages, installs, generates, uninstalls.
pub(crate) fn installs() -> Result<()> {
    let limit = Duration::from_secs(900);
    let package = ["package", "--quiet", "--package", "restwell", "--no-verify", "--allow-dirty", "--offline"];
    project::in_shared_target(Program::cargo().args(package)).dir(dirs::root()).read()?;
    let name = format!("restwell-{}", restwell::VERSION);
    let folder = tempfile::tempdir()?;
    let archive = dirs::projects_target().join("package").join(format!("{name}.crate"));
    Program::new("tar").arg("-xzf").arg(archive).dir(folder.path()).read()?;
    let installed = folder.path().join("installed");
    let cargo = |arguments: &[&str]| {
        let cargo = project::in_shared_target(Program::cargo().args(arguments).arg("--root").arg(&installed));
        cargo.dir(folder.path().join(&name)).limit(limit)
    };
    cargo(&["install", "--quiet", "--path", ".", "--locked", "--offline"]).read()?;
    let restwell = installed.join("bin/restwell");
    let words = ["new", "shop-api", "--yes", "--no-git", "--quiet"];
    Program::new(&restwell).args(words).dir(folder.path()).read()?;
    let preset = PRESETS.first().context("there is a preset")?;
    let stack = project::preset(preset)?;
    let mut tree = project::render(&stack, "shop-api")?;
    Base::of(&stack, &[], &tree).add_to(&mut tree)?;
    for (path, file) in tree.files() {
        let found = std::fs::read(folder.path().join("shop-api").join(path)).with_context(|| path.to_string())?;
        if found != file.bytes {
            bail!("`{path}` is not what the checkout renders");
        }
    }
    if project::files(&folder.path().join("shop-api"))?.len() != tree.len() {
        bail!("there are more files than the checkout renders");
    }
    cargo(&["uninstall", "--quiet", "restwell"]).read()?;
    if restwell.exists() { bail!("it is still there") } else { Ok(()) }
}
