//! `cargo xtask openapi`: asks generated projects for their API description and stores it for the generator.
//!
//! The description of a project is what its own `openapi` command prints. One project for each distinct description
//! is built; a test inside every generated project compares its file with its code.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;
use restwell::plan::{LOCKS, PLACEHOLDER, Plan, openapi_key};
use restwell::stack::Stack;

use crate::program::Program;
use crate::{dirs, say};

/// Builds one project for each distinct description and stores what it says.
pub(crate) fn refresh() -> Result<()> {
    let stored = dirs::root().join("precomputed/openapi");
    let stacks = Stack::rust_distinct();
    // The last stack with a key wins: it has the fewest other features, so it builds fastest.
    let distinct: BTreeMap<String, &Stack> = stacks.iter().map(|stack| (openapi_key(stack), stack)).collect();
    for old in fs::read_dir(&stored)? {
        fs::remove_file(old?.path())?;
    }
    for (key, stack) in distinct {
        let plan = Plan::new(stack, PLACEHOLDER);
        let folder = dirs::target().join("openapi").join(&key);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for (path, file) in plan.sources()?.files() {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, &file.bytes)?;
        }
        fs::write(folder.join("Cargo.lock"), LOCKS.render(&plan.manifest, PLACEHOLDER)?)?;
        let described = Program::cargo()
            .args(["run", "--quiet", "--locked", "--", "openapi"])
            .env("CARGO_TARGET_DIR", dirs::projects_target())
            .dir(&folder)
            .read()?;
        fs::write(stored.join(format!("{key}.json")), described)?;
        say::line(format_args!("{key}.json"));
    }
    Ok(())
}
