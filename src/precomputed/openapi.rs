//! `openapi.json`, computed in advance by the generated project itself and stored in `precomputed/openapi`.
//!
//! `cargo xtask openapi` refreshes it; a test in each generated project compares it with the code.

use include_dir::{Dir, include_dir};

use crate::choice::{Choice, Database, Limiter, Value};
use crate::stack::Stack;
use crate::tree::Bug;

static DESCRIPTIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/precomputed/openapi");

/// Stands for the name of the project in a stored description.
pub const PLACEHOLDER: &str = "restwell-project-name";

/// The name of the stored description for `stack`: the choices that affect the API, in order, such as `database-cache`.
pub fn key(stack: &Stack) -> String {
    let part = |value: Value| match value.choice() {
        _ if value.is_none() => None,
        // Readiness lists what the service depends on, and without a database this comes first.
        Choice::Limiter if stack.limiter == Limiter::Redis && stack.database == Database::None => Some("limiter-redis"),
        Choice::Database | Choice::Cache | Choice::Limiter | Choice::Upstream => Some(value.choice().id()),
        // Clients get and send each in its own way.
        Choice::Auth => Some(value.id()),
        // These do not affect the API.
        Choice::Monitoring | Choice::Deploy | Choice::Ci => None,
    };
    let parts: Vec<&str> = stack.values().filter_map(part).collect();
    if parts.is_empty() { "greet".to_owned() } else { parts.join("-") }
}

pub(crate) fn render(stack: &Stack, name: &str) -> Result<String, Bug> {
    let path = format!("{}.json", key(stack));
    let text = DESCRIPTIONS
        .get_file(&path)
        .and_then(include_dir::File::contents_utf8)
        .ok_or_else(|| Bug(format!("precomputed/openapi/{path} is missing: run `cargo xtask openapi`")))?;
    Ok(text.replace(PLACEHOLDER, name))
}
