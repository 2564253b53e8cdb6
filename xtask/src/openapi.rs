//! `cargo xtask openapi`: runs generated projects to print their API descriptions, and stores these for the generator.
//!
//! The `openapi` command of a project prints its description. One project for each distinct description is built, all
//! with the union of all dependencies so that these are built once; a test in every generated project compares its file
//! with its code.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;
use restwell::part::Manifest;
use restwell::plan::Plan;
use restwell::precomputed::openapi::{self as description, PLACEHOLDER};
use restwell::stack::Stack;

use crate::{dirs, project, say};

/// Builds one project for each distinct description and stores its output.
pub(crate) fn refresh() -> Result<()> {
    let stored = dirs::root().join("precomputed/openapi");
    let stacks = Stack::rust_distinct();
    let mut union = Manifest::default();
    for stack in &stacks {
        union.merge(&Plan::new(stack, PLACEHOLDER).parts.manifest);
    }
    // The last stack with a key wins: it has the fewest other features, so it builds fastest.
    let distinct: BTreeMap<String, &Stack> = stacks.iter().map(|stack| (description::key(stack), stack)).collect();
    for old in fs::read_dir(&stored)? {
        fs::remove_file(old?.path())?;
    }
    let folder = dirs::target().join("openapi");
    for (key, stack) in distinct {
        fs::create_dir_all(&folder)?;
        project::write(&Plan::new(stack, PLACEHOLDER).sources()?, &folder)?;
        fs::write(folder.join("Cargo.toml"), union.render(PLACEHOLDER))?;
        fs::copy(dirs::root().join("precomputed/lock/union.lock"), folder.join("Cargo.lock"))?;
        let described = project::cargo(&folder).args(["run", "--quiet", "--locked", "--", "openapi"]).read()?;
        fs::write(stored.join(format!("{key}.json")), described)?;
        say::line(format_args!("{key}.json"));
    }
    Ok(())
}
