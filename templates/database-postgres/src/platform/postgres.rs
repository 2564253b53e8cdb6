//! PostgreSQL: its URL, connection options and classification of errors.

use std::{env, time::Duration};

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow, PgSslMode, Postgres};

pub type Driver = Postgres;
pub type Connection = PgConnection;
pub type Options = PgConnectOptions;
pub type Row = PgRow;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// URL of the database; `?sslmode=verify-full` requires TLS
    #[arg(long, env, hide_env_values = true, value_parser = read_url)]
    #[arg(default_value = "postgres://app:app@127.0.0.1:5432/app")]
    pub database_url: Options,
}

/// The connections of each replica. The server's limit (slightly below 100 by default) must suffice for all replicas,
/// and for those of a new version that start beside them.
pub const CONNECTIONS: u32 = 10;

/// The time-out for a statement, including the wait for a connection (2 s), if that of its request is not shorter.
/// Longer than the server's own limits, so that usually the server cancels the statement and the connection stays
/// usable.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// The time-out for all migrations together, including the wait for those of another replica: replicas that start
/// together take turns.
pub const MIGRATION: Duration = Duration::from_secs(3600);

/// The supported parameters. sqlx only warns of others, and `sslmod=verify-full` would connect without TLS.
const PARAMETERS: &str = "application_name dbname host hostaddr options password port sslcert sslkey sslmode sslrootcert \
                          ssl-ca ssl-cert ssl-key ssl-mode ssl-root-cert statement-cache-capacity user";

const RULE: &str = "not a URL such as postgres://user:password@host:5432/database?sslmode=verify-full (the user is required; \
                    in names and passwords `#` is %23, `%` is %25, `/` is %2F, `?` is %3F, `@` is %40)";

/// Variables that sqlx always reads.
const UNWANTED: [(&[&str], &str); 3] = [
    (&["PGOPTIONS"], "set, and cannot be ignored; unset it, and use the parameter `options` of DATABASE_URL"),
    (&["PGSSLCERT"], "set, and cannot be ignored; unset it, and use the parameter `sslcert` of DATABASE_URL"),
    (&["PGSSLKEY"], "set, and cannot be ignored; unset it, and use the parameter `sslkey` of DATABASE_URL"),
];

/// Parses a connection URI in the format of libpq. No other source is used: no variable such as PGPASSWORD, no
/// `~/.pgpass`.
///
/// # Errors
/// If it has another scheme, cannot be parsed, has no user, or has an unsupported parameter.
pub fn read_url(text: &str) -> Result<Options, &'static str> {
    let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
    let rest = rest.filter(|rest| !rest.contains('#')).ok_or(RULE)?;
    let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
    // `options[search_path]=…` counts as `options`.
    let names = query.split('&').filter(|pair| !pair.is_empty()).filter_map(|pair| pair.split(['=', '[']).next());
    let mut given: Vec<&str> = names.collect();
    let known = given.iter().all(|name| PARAMETERS.split_whitespace().any(|parameter| parameter == *name));
    given.extend(parts(base));
    match text.parse() {
        Ok(options) if known && given.contains(&"user") => Ok(complete(options, &given)),
        _ => Err(RULE),
    }
}

/// The unwanted variables that are set, with the reason.
pub fn contradictions() -> impl Iterator<Item = (&'static [&'static str], &'static str)> {
    UNWANTED.into_iter().filter(|(names, _)| env::var_os(names[0]).is_some())
}

/// The parts of a URL before its query, by the names of the equivalent parameters.
fn parts(base: &str) -> impl Iterator<Item = &str> {
    let (authority, database) = base.split_once('/').unwrap_or((base, ""));
    let (login, address) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password)));
    let port = address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let parts = [
        ("user", !user.is_empty()),
        ("password", password.is_some()),
        ("host", !address.is_empty()),
        ("port", port),
        ("dbname", !database.is_empty()),
    ];
    parts.into_iter().filter(|(_, given)| *given).map(|(name, _)| name)
}

/// Sets each part that the URL omits to its default: sqlx has read it from PGHOST, PGPASSWORD, PGSSLMODE and others.
fn complete(mut options: Options, given: &[&str]) -> Options {
    let lacks = |names: &[&str]| names.iter().all(|name| !given.contains(name));
    if lacks(&["host", "hostaddr"]) {
        options = options.host("localhost");
    }
    if lacks(&["port"]) {
        options = options.port(5432);
    }
    if lacks(&["password"]) {
        options = options.password("");
    }
    if lacks(&["dbname"]) {
        let user = options.get_username().to_owned();
        options = options.database(&user);
    }
    if lacks(&["application_name"]) {
        options = options.application_name(env!("CARGO_PKG_NAME"));
    }
    if lacks(&["sslmode", "ssl-mode"]) {
        options = options.ssl_mode(PgSslMode::Prefer);
    }
    if lacks(&["sslrootcert", "ssl-root-cert", "ssl-ca"]) {
        // Only the certificates that this machine trusts.
        options = options.ssl_root_cert_from_pem(Vec::new());
    }
    options
}

/// The options for connections that serve requests, whose statements have this deadline. The server's own limits are
/// proportional to it: with [`DEADLINE`] 3 s for a statement and 2 s for a lock.
///
/// # Errors
/// Never: the options were validated when they were parsed.
pub fn for_requests(options: &Options, deadline: Duration) -> anyhow::Result<Options> {
    let fifths = |count| format!("{}ms", (deadline * count / 5).as_millis());
    let limits = [("statement_timeout", fifths(3)), ("lock_timeout", fifths(2))];
    Ok(options.clone().options(limits).options([("idle_in_transaction_session_timeout", "10s")]))
}

/// The options for migrations, which have no time-outs for statements and locks.
///
/// # Errors
/// As [`for_requests`].
pub fn for_migrations(options: &Options) -> anyhow::Result<Options> {
    Ok(for_requests(options, DEADLINE)?.options([("statement_timeout", "0"), ("lock_timeout", "0")]))
}

/// Whether a retry may succeed soon: connection lost, login refused, no such database, conflict, no resources, shut
/// down or cancelled, input/output error (SQLSTATE classes), a read-only standby, idle for too long, lock not
/// available.
pub fn is_outage(error: &dyn DatabaseError) -> bool {
    is_any_of(error, &["08", "28", "3D", "40", "53", "57", "58", "25006", "25P03", "55P03"])
}

/// Whether it failed because of other statements or its own duration, so that the server works.
pub fn is_contention(error: &dyn DatabaseError) -> bool {
    is_any_of(error, &["40", "57014", "25P03", "55P03"])
}

/// Whether a table of the statement does not exist.
pub fn is_missing_table(error: &dyn DatabaseError) -> bool {
    is_any_of(error, &["42P01"])
}

fn is_any_of(error: &dyn DatabaseError, codes: &[&str]) -> bool {
    error.code().is_some_and(|code| codes.iter().any(|class| code.starts_with(class)))
}
