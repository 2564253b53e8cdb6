//! The licence of every crate in a project's build, against the project's own list in `deny.toml`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use toml_edit::DocumentMut;

use crate::project;

/// The number of checked crates; an error lists those whose licence is not allowed.
pub(super) fn check(folder: &Path) -> Result<String> {
    let deny: DocumentMut = fs::read_to_string(folder.join("deny.toml"))?.parse()?;
    let allowed = deny["licenses"]["allow"].as_array().context("no list of licences")?;
    let allowed: Vec<&str> = allowed.iter().filter_map(toml_edit::Value::as_str).collect();
    let metadata = project::cargo(folder).args(["metadata", "--locked", "--format-version", "1"]).read()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let mut refused = Vec::new();
    for package in packages.iter().filter(|package| !package["source"].is_null()) {
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_allowed(licence, &allowed) {
            refused.push(format!("{}: `{licence}`", package["name"]));
        }
    }
    match refused.is_empty() {
        true => Ok(format!("{} crates", packages.len())),
        false => bail!("{}", refused.join(", ")),
    }
}

/// Whether all parts of at least one alternative are allowed. `A/B` is an old form of `A OR B`; an exception (`WITH`)
/// only permits more.
fn is_allowed(licence: &str, allowed: &[&str]) -> bool {
    let plain = licence.replace(['(', ')'], "").replace('/', " OR ");
    let part = |part: &str| allowed.contains(&part.split(" WITH ").next().unwrap_or_default().trim());
    plain.split(" OR ").any(|alternative| alternative.split(" AND ").all(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_alternative_is_enough_and_needs_all_its_parts() {
        let allowed = ["MIT", "Zlib"];
        assert!(is_allowed("Apache-2.0 OR MIT", &allowed));
        assert!(is_allowed("GPL-3.0/MIT", &allowed));
        assert!(is_allowed("MIT AND Zlib", &allowed));
        assert!(!is_allowed("MIT AND GPL-3.0", &allowed));
        assert!(!is_allowed("", &allowed));
    }
}
