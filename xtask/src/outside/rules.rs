//! The tests of alert rules, each with the rules that it reads. A test takes seconds, and most projects have the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_yaml_ng::Value;

use super::every::each;
use super::files::{ending, run};
use crate::tools;

/// Runs each distinct test of these folders once.
pub(super) fn test_all(folders: &[PathBuf]) -> Result<()> {
    let mut distinct = BTreeMap::new();
    for folder in folders {
        for test in ending(&folder.join("ops/alerts/tests"), ".yml")? {
            distinct.entry(texts(&test)?).or_insert(test);
        }
    }
    ensure!(!distinct.is_empty(), "no test");
    each(&Vec::from_iter(distinct.into_values()), |test| {
        run(tools::program("promtool")?.args(["test", "rules"]).arg(test))
    })
}

/// The test, and the rules that it reads.
fn texts(test: &Path) -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(test)?;
    let parsed: Value = serde_yaml_ng::from_str(&text).with_context(|| test.display().to_string())?;
    let rules = parsed["rule_files"].as_sequence().context("a test without rules")?;
    let folder = test.parent().context("a file has a folder")?;
    let mut texts = BTreeSet::from([text]);
    for rule in rules.iter().filter_map(Value::as_str) {
        ensure!(!rule.contains('*'), "{}: which rules does it read?", test.display());
        texts.insert(fs::read_to_string(folder.join(rule)).with_context(|| format!("{rule} of {}", test.display()))?);
    }
    Ok(texts)
}
