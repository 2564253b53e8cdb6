//! Checks the format of all variants. Each distinct file is formatted once: the projects have forty times as many files
//! as there are distinct ones.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::sources::Sources;
use crate::program::Program;
use crate::project;

/// The edition of all projects.
const EDITION: &str = "2024";

/// An error unless every source file is formatted as `cargo fmt` would do it.
pub(super) fn check(sources: &Sources, folder: &Path) -> Result<()> {
    project::remove(folder)?;
    fs::create_dir_all(folder)?;
    let settings = sources.distinct("rustfmt.toml");
    ensure!(
        settings.len() == 1,
        "rustfmt.toml has {} contents, and the variants are formatted together",
        settings.len()
    );
    fs::write(folder.join("rustfmt.toml"), settings[0].2)?;
    let edition = format!("edition = \"{EDITION}\"");
    for (variant, _, manifest) in
        sources.distinct("Cargo.toml").into_iter().filter(|(_, path, _)| *path == "Cargo.toml")
    {
        ensure!(str::from_utf8(manifest)?.contains(&edition), "{variant} has another edition than {EDITION}");
    }
    let mut rustfmt = Program::new("rustfmt").dir(folder).args(["--check", "--edition", EDITION]);
    for (index, (variant, path, bytes)) in sources.distinct(".rs").into_iter().enumerate() {
        // The name tells what the file is if it is reported.
        let name = format!("{index}-{}-{variant}", path.as_str().replace('/', "-"));
        write(&folder.join(&name), str::from_utf8(bytes)?).with_context(|| name.clone())?;
        rustfmt = rustfmt.arg(Path::new(&name).join("mod.rs"));
    }
    rustfmt.read().map(drop)
}

/// Writes a file into a folder of its own. rustfmt also reads the modules that it declares: these are as good as empty.
fn write(folder: &Path, text: &str) -> Result<()> {
    fs::create_dir(folder)?;
    for module in text.lines().filter_map(declared) {
        fs::write(folder.join(module).with_extension("rs"), "\n")?;
    }
    Ok(fs::write(folder.join("mod.rs"), text)?)
}

/// `cache` for `pub(crate) mod cache;`
fn declared(line: &str) -> Option<&str> {
    let (before, module) = line.trim().strip_suffix(';')?.rsplit_once("mod ")?;
    (before.is_empty() || before.starts_with("pub")).then_some(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_in_another_file_is_found() {
        assert_eq!(declared("mod cache;"), Some("cache"));
        assert_eq!(declared("    pub(crate) mod cache;"), Some("cache"));
        for other in ["mod cache {", "// mod cache;", "let a = mod b;", "use cache::mod_a;"] {
            assert_eq!(declared(other), None, "{other}");
        }
    }
}
