//! Where the PostgreSQL database is, as a setting.

use super::engine::Options;

/// The parameters that are read. sqlx only warns of others, and `sslmod=verify-full` would connect without TLS.
const PARAMETERS: &str = "application_name dbname host hostaddr options password port sslcert sslkey sslmode sslrootcert \
                          ssl-ca ssl-cert ssl-key ssl-mode ssl-root-cert statement-cache-capacity user";

/// Reads a connection URI as libpq has it.
///
/// # Errors
/// If it is of another scheme, cannot be read, or has a parameter that nothing would read.
pub fn read(text: &str) -> Result<Options, &'static str> {
    let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
    let rest = rest.filter(|rest| !rest.is_empty() && !rest.contains('#'));
    let (_, query) = rest.map_or(("", ""), |rest| rest.split_once('?').unwrap_or((rest, "")));
    // `options[search_path]=…` is one of `options`.
    let mut names = query.split('&').filter(|pair| !pair.is_empty()).filter_map(|pair| pair.split(['=', '[']).next());
    let known = names.all(|name| PARAMETERS.split_whitespace().any(|parameter| parameter == name));
    let rule = "not a URL such as postgres://user:password@host:5432/database?sslmode=verify-full (in names and \
                passwords `#` is %23, `%` is %25, `/` is %2F, `?` is %3F, `@` is %40)";
    rest.and_then(|_| text.parse().ok()).filter(|_| known).ok_or(rule)
}
