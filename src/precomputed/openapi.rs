//! `openapi.json`, computed in advance by the generated project itself and stored in `precomputed/openapi`.
//!
//! `cargo xtask openapi` refreshes it; a test in each generated project compares it with the code.

mod resource;

use include_dir::{Dir, include_dir};

use crate::choice::{Choice, Database, Limiter, Value};
use crate::resource::Resource;
use crate::stack::Stack;
use crate::tree::Bug;

static DESCRIPTIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/precomputed/openapi");

/// The placeholder for the name of the project in a stored description.
pub const PLACEHOLDER: &str = "restwell-project-name";

/// The name of the stored description for `stack`: the choices that affect the API, in order, such as `database-cache`.
pub fn key(stack: &Stack) -> String {
    let part = |value: Value| match value.choice() {
        _ if value.is_none() => None,
        // Readiness lists the dependencies; without a database only Redis is one.
        Choice::Limiter if stack.limiter == Limiter::Redis && stack.database == Database::None => Some("limiter-redis"),
        Choice::Database | Choice::Cache | Choice::Limiter | Choice::Upstream => Some(value.choice().id()),
        // The description of the credential differs for each value.
        Choice::Auth => Some(value.id()),
        // These do not affect the API.
        Choice::Monitoring | Choice::Deploy | Choice::Ci => None,
    };
    let parts: Vec<&str> = stack.values().filter_map(part).collect();
    if parts.is_empty() { "greet".to_owned() } else { parts.join("-") }
}

/// The description of a project with these resources besides products.
pub(crate) fn render(stack: &Stack, name: &str, added: &[Resource]) -> Result<String, Bug> {
    let path = format!("{}.json", key(stack));
    let text = DESCRIPTIONS
        .get_file(&path)
        .and_then(include_dir::File::contents_utf8)
        .ok_or_else(|| Bug(format!("precomputed/openapi/{path} is missing: run `cargo xtask openapi`")))?;
    let text = text.replace(PLACEHOLDER, name);
    if added.is_empty() {
        return Ok(text);
    }
    let bug = |error: serde_json::Error| Bug(format!("precomputed/openapi/{path}: {error}"));
    let mut description = serde_json::from_str(&text).map_err(bug)?;
    resource::add(&mut description, added);
    Ok(serde_json::to_string_pretty(&description).map_err(bug)? + "\n")
}
