//! The setting `DATABASE_URL` for SQLite.

use super::engine::Options;

/// Parses the URL of a persistent, writable database file.
///
/// # Errors
/// If it is any other URL: SQLite also has in-memory and private temporary databases, which would lose data.
pub fn read(text: &str) -> Result<Options, &'static str> {
    let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, "mode=rwc"));
    let special = path.is_empty() || path.starts_with([':', '#']) || path.starts_with("file:") || path.ends_with('/');
    let valid = |options: &Options| {
        let name = options.get_filename().to_str().unwrap_or_default();
        !special && !name.trim().is_empty() && !name.contains('\0') && ["mode=rwc", "mode=rw"].contains(&query)
    };
    let rule = "not the URL of a file, such as sqlite://data/app.db (in its path `%` is %25, `?` is %3F, `#` is %23)";
    text.parse().ok().filter(valid).ok_or(rule)
}
