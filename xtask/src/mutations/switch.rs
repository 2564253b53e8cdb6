//! Many faults in one build: a copy of the project in which an environment variable selects the fault at run time.
//!
//! The body of each function with a fault becomes `{ if crate::fault() == 3 { … } else { … } }`: both branches are
//! type-checked, and the test run selects one fault, so no fault hides or causes the failure of another. Faults outside
//! function bodies of the library (a constant, a file of another language) cannot be selected this way and are built
//! one by one.

use std::fmt::Write;
use std::ops::Range;

use anyhow::{Context, Result, ensure};
use syn::spanned::Spanned;
use syn::{Block, ImplItem, Item, ReturnType, Signature};

use super::data::Mutation;

/// The variable that holds the number of the selected fault; without it there is none.
pub(super) const SELECTED: &str = "RESTWELL_FAULT";

/// Added to the library of the copy.
pub(super) const SELECTION: &str = r#"
/// The number of the selected fault.
pub fn fault() -> usize {
    static FAULT: std::sync::LazyLock<usize> = std::sync::LazyLock::new(|| {
        let number = std::env::var("RESTWELL_FAULT");
        number.ok().and_then(|number| number.parse().ok()).unwrap_or_default()
    });
    *FAULT
}
"#;

/// Passes the variable on to services that the tests start as processes with an empty environment.
pub(super) fn pass_on(harness: &str) -> Result<String> {
    const CLEARED: &str = ".env_clear()";
    ensure!(harness.matches(CLEARED).count() == 1, "the harness clears the environment in another way");
    let passed = format!("{CLEARED}.envs(std::env::var(\"{SELECTED}\").map(|fault| (\"{SELECTED}\", fault)))");
    Ok(harness.replacen(CLEARED, &passed, 1))
}

/// Whether the fault is inside a function body that can hold a run-time switch.
pub(super) fn fits(mutation: &Mutation, healthy: &str) -> Result<bool> {
    Ok(is_in_library(&mutation.file) && body(&bodies(healthy)?, mutation, healthy)?.is_some())
}

/// The file with a switch for each of these faults, numbered from 1 as given.
pub(super) fn install(healthy: &str, faults: &[(usize, &Mutation)]) -> Result<String> {
    let bodies = bodies(healthy)?;
    let mut text = healthy.to_owned();
    // From the last function to the first, so that earlier positions stay valid.
    for range in bodies.iter().rev() {
        let original = &healthy[range.clone()];
        let mut switch = String::new();
        for (number, mutation) in faults {
            if body(&bodies, mutation, healthy)?.as_ref() == Some(range) {
                let faulty = original.replacen(&mutation.from, &mutation.to, 1);
                write!(switch, "if crate::fault() == {number} {faulty} else ")?;
            }
        }
        if !switch.is_empty() {
            text.replace_range(range.clone(), &format!("{{ {switch}{original} }}"));
        }
    }
    Ok(text)
}

fn is_in_library(file: &str) -> bool {
    file.starts_with("src/") && file.ends_with(".rs") && file != "src/main.rs"
}

/// The function body that contains the whole fault, without braces.
fn body(bodies: &[Range<usize>], mutation: &Mutation, healthy: &str) -> Result<Option<Range<usize>>> {
    let start = mutation.position(healthy)?;
    let end = start + mutation.from.len();
    Ok(bodies.iter().find(|body| body.start < start && end < body.end).cloned())
}

/// The bodies of all functions that are not inside another, in order, including braces.
fn bodies(source: &str) -> Result<Vec<Range<usize>>> {
    let mut found = Vec::new();
    collect(&syn::parse_file(source).context("the file is not Rust")?.items, &mut found);
    Ok(found)
}

fn collect(items: &[Item], found: &mut Vec<Range<usize>>) {
    for item in items {
        match item {
            Item::Fn(function) => add(&function.sig, &function.block, found),
            Item::Impl(block) => {
                for item in &block.items {
                    if let ImplItem::Fn(function) = item {
                        add(&function.sig, &function.block, found);
                    }
                }
            }
            Item::Mod(module) => collect(module.content.as_ref().map_or(&[], |(_, items)| items), found),
            _ => {}
        }
    }
}

/// Skips functions whose branches would have different types (`-> impl …`), or that cannot read a variable (`const`).
fn add(signature: &Signature, block: &Block, found: &mut Vec<Range<usize>>) {
    let opaque = match &signature.output {
        ReturnType::Type(_, kind) => kind.span().source_text().is_none_or(|text| text.contains("impl ")),
        ReturnType::Default => false,
    };
    if !opaque && signature.constness.is_none() {
        found.push(block.brace_token.span.open().byte_range().start..block.brace_token.span.close().byte_range().end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "const A: u8 = 1;\n\n/// Ä\nfn one(b: u8) -> u8 {\n    b + 2\n}\n\nimpl T {\n    \
                          pub async fn two() {\n        three(3);\n    }\n}\n\nfn four() -> impl Fn() {\n    || five()\n}\n";

    fn mutation(from: &str, to: &str) -> Mutation {
        let [what, file, test] = ["a fault", "src/a.rs", "a::b"].map(String::from);
        Mutation { what, file, from: from.to_owned(), to: to.to_owned(), test }
    }

    #[test]
    fn a_fault_in_a_function_body_gets_a_switch() {
        let (two, more, three) = (mutation("+ 2", "- 2"), mutation("b +", "1 +"), mutation("three(3)", "three(4)"));
        let text = install(SOURCE, &[(1, &two), (2, &more), (3, &three)]).expect("it is Rust");
        let one = "fn one(b: u8) -> u8 { if crate::fault() == 1 {\n    b - 2\n} else if crate::fault() == 2 {\n    1 + 2\n} \
                   else {\n    b + 2\n} }";
        assert!(text.contains(one), "{text}");
        let two = "two() { if crate::fault() == 3 {\n        three(4);\n    } else {\n        three(3);\n    } }";
        assert!(text.contains(two), "{text}");
        syn::parse_file(&text).expect("it is still Rust");
    }

    #[test]
    fn constants_and_opaque_types_are_built_alone() {
        let fits = |from: &str| fits(&mutation(from, ""), SOURCE).expect("it occurs once");
        assert!(!fits("= 1"));
        assert!(!fits("five"));
        assert!(fits("three"));
    }
}
