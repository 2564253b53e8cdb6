//! More resources in a project that passed its tests. Orders are written by hand as the README.md of the project says,
//! with the files in `xtask/orders/`, and must not cost more than it states. Others are added by `restwell generate`
//! beside these edits, and removed again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use restwell::choice::{Auth, Database};
use restwell::stack::Stack;

use crate::living::description;
use crate::program::Program;
use crate::servers::Servers;
use crate::{dirs, project, suites};

/// The maximum cost of a second resource, without `openapi.json`.
const MOST_FILES: usize = 6;
const MOST_LINES: usize = 5;

/// The lines that register the resource, each with its file and the line that it follows.
const LINES: [(&str, &str, &str); 3] = [
    ("src/lib.rs", "pub mod greet;\n", "pub mod orders;\n"),
    (
        "src/app.rs",
        "    let router = router.merge(crate::products::routes::router());\n",
        "    let router = router.merge(crate::orders::routes::router());\n",
    ),
    ("tests/api/main.rs", "mod migrations;\n", "mod orders;\n"),
];

/// Resources that restwell adds with other fields first: their tables are changed, one of them in place.
const EARLIER: [&[&str]; 2] = [
    &["shipments", "number:string", "ref:products?", "parcels:int?", "weight:int", "colour:text"],
    &["tags", "number:string"],
];

/// The resources that restwell adds then: every type of field, references, optional and unique fields.
const GENERATED: [&[&str]; 3] = [
    &[
        "shipments",
        "number:string!",
        "ref:products",
        "parcels:int",
        "note:text?",
        "insured:bool",
        "worth:decimal",
        "due_on:date?",
        "sent_at:datetime?",
        "tracking:uuid?!",
        "weight:bigint",
    ],
    &["stops", "ref:shipments", "gift:ref:products?", "position:int!"],
    &["tags", "number:string", "label:string?"],
];

/// The lines that routes of writes need in a stack with authentication, with the placeholder of each.
const SCOPE: [(&str, &str); 2] = [
    ("//= uses\n", "use crate::platform::auth;\n"),
    ("    //= writes\n", "    let writes = writes.map(auth::require(\"orders:write\"));\n"),
];

/// Adds orders to the project in `folder`, then runs its clippy and its tests.
///
/// # Errors
/// If the recipe costs more than the README states, or the project fails. Otherwise returns the number of tests as
/// text.
pub(crate) fn apply(folder: &Path, stack: &Stack, servers: &Servers) -> Result<String> {
    let before = project::files(folder)?.len();
    // From here on, changes are the differences to git's index.
    Program::new("git").args(["add", "--all"]).dir(folder).read()?;
    add_files(folder, stack)?;
    for (path, after, line) in LINES {
        project::replace(&folder.join(path), after, &format!("{after}{line}"))?;
    }
    let added = project::files(folder)?.len() - before;
    ensure!(added <= MOST_FILES, "the recipe adds {added} files, at most {MOST_FILES}");
    let stat = Program::new("git").args(["diff", "--numstat"]).dir(folder).read()?;
    let changed = |line: &str| line.split_whitespace().take(2).filter_map(|n| n.parse::<usize>().ok()).sum::<usize>();
    let lines: usize = stat.lines().map(changed).sum();
    ensure!((1..=MOST_LINES).contains(&lines), "the recipe changes {lines} lines, at most {MOST_LINES}");
    fs::write(folder.join("openapi.json"), description(folder)?)?;
    let by_hand = contents(folder)?;
    let restwell = project::restwell()?;
    let change = |words: &[&str]| Program::new(&restwell).args(words).arg("--no-check").dir(folder).read();
    for resource in EARLIER.into_iter().chain(GENERATED) {
        change(&[&["generate", "resource"], resource].concat())?;
    }
    let same = fs::read_to_string(folder.join("openapi.json"))? == description(folder)?;
    ensure!(same, "openapi.json is not the description of the generated resources");
    project::cargo(folder).args(["fmt", "--check"]).read()?;
    suites::clippy(folder)?;
    let tests = suites::test_alone(folder, &servers.for_tests(stack))?;
    for resource in GENERATED.iter().rev() {
        change(&["remove", "resource", resource[0]])?;
    }
    let left = contents(folder)?;
    let paths: BTreeSet<&PathBuf> = left.keys().chain(by_hand.keys()).collect();
    let other: Vec<_> = paths.into_iter().filter(|path| left.get(*path) != by_hand.get(*path)).collect();
    ensure!(other.is_empty(), "a removed resource leaves something behind: {other:?}");
    Ok(tests)
}

/// The files of the project, without those that a removed resource leaves: migrations, and what restwell keeps.
fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let files = project::files(folder)?.into_iter();
    let files = files.filter(|path| {
        let inside = path.strip_prefix(folder).unwrap_or(path);
        ![".restwell", ".git", "migrations", "data"].iter().any(|left| inside.starts_with(left))
    });
    files.map(|path| Ok((path.clone(), fs::read(path)?))).collect()
}

fn add_files(folder: &Path, stack: &Stack) -> Result<()> {
    let engine = match stack.database {
        Database::Sqlite => "database-sqlite",
        Database::Postgres => "database-postgres",
        Database::None => anyhow::bail!("orders need a database"),
    };
    let recipe = dirs::root().join("xtask/orders");
    let number = fs::read_dir(folder.join("migrations"))?.count() + 1;
    for source in [recipe.join("src"), recipe.join("tests"), recipe.join(engine)] {
        let root = if source.ends_with(engine) { source.clone() } else { recipe.clone() };
        for file in project::files(&source)? {
            let inside = file.strip_prefix(&root)?.to_str().context("a path in UTF-8")?;
            let path = folder.join(inside.replace("migrations/orders", &format!("migrations/{number:04}_orders")));
            let mut text = fs::read_to_string(&file)?;
            for (mark, line) in SCOPE {
                text = text.replace(mark, if stack.auth == Auth::None { "" } else { line });
            }
            fs::create_dir_all(path.parent().context("a file has a folder")?)?;
            fs::write(path, text)?;
        }
    }
    Ok(())
}
