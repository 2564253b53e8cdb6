//! API keys: 256 random bits from the operating system, shown once and stored as their SHA-256. Each write looks its
//! key up, so that revoking a key takes effect at once.

//~ if limiter
use std::collections::{BTreeSet, HashMap};
use std::{sync::Arc, sync::PoisonError, sync::RwLock, time::Duration};
//~ else
use std::{collections::BTreeSet, sync::Arc};
//~ endif

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use clap::error::ErrorKind;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
//~ if limiter
use tokio::time::Instant;
//~ endif

use super::{Platform, bearer::Caller, engine, error::Error, pool::Pool};

//~ if limiter
/// How long the limiter remembers a verified key. A write looks its key up each time.
pub const REMEMBERED: Duration = Duration::from_secs(30);

//~ endif
/// An index finds the row by the first bytes of the hash; then the whole hash is compared in constant time.
const FIND: &str = "SELECT name, hash, scopes, revoked_at FROM api_keys WHERE substr(hash, 1, 8) = $1";
const INSERT: &str = "INSERT INTO api_keys (name, hash, scopes, created_at) VALUES ($1, $2, $3, $4)";
const LIST: &str = "SELECT name, scopes, created_at, revoked_at FROM api_keys ORDER BY created_at, name";
const REVOKE: &str = "UPDATE api_keys SET revoked_at = $1 WHERE name = $2 AND revoked_at IS NULL";

type Hash = [u8; 32];

#[derive(Clone, clap::Subcommand)]
pub enum Command {
    /// Create a key and print it; it is not shown again
    Create {
        /// The unique name of the client; it appears in the log
        #[arg(value_parser = word)]
        name: String,
        /// A scope that the key grants; can be repeated
        #[arg(long)]
        scope: Vec<String>,
    },
    /// List the keys with their names, scopes and dates; the keys themselves are not stored
    List,
    /// Revoke a key; takes effect at once
    Revoke { name: String },
}

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Prefix of the API keys of this environment; keys of another are rejected
    #[arg(long, env, default_value = "dev", value_parser = word)]
    pub api_key_environment: String,
}

pub struct Keys {
    /// The prefix of each key of this environment.
    prefix: String,
    //~ if limiter
    /// The owners of recently verified keys by hash, with the end of their validity. At most as many as in the
    /// database.
    verified: RwLock<HashMap<Hash, (Arc<str>, Instant)>>,
    //~ endif
}

impl Keys {
    pub fn new(settings: &Settings) -> Self {
        //~ if limiter
        Self { prefix: format!("{}_", settings.api_key_environment), verified: RwLock::default() }
        //~ else
        Self { prefix: format!("{}_", settings.api_key_environment) }
        //~ endif
    }
    //~ if limiter

    /// The owner of this key, if it was verified recently.
    pub fn known(&self, key: &str) -> Option<Arc<str>> {
        let verified = self.verified.read().unwrap_or_else(PoisonError::into_inner);
        let (name, until) = verified.get(&hash(key))?;
        (Instant::now() < *until).then(|| Arc::clone(name))
    }
    //~ endif
}

/// The owner of this key, or the reason why it is not valid.
///
/// # Errors
/// If the database does not respond.
pub async fn verify(platform: &Arc<Platform>, key: &str) -> Result<Result<Caller, &'static str>, Error> {
    // Anything else cannot be a key of this environment: 256 bits are 43 characters.
    if key.strip_prefix(&platform.keys.prefix).is_none_or(|secret| secret.len() != 43) {
        return Ok(Err("invalid"));
    }
    //~ if limiter
    let hash = hash(key);
    let until = Instant::now() + REMEMBERED;
    //~ else
    let hash = hash(key);
    //~ endif
    type Row = (String, Vec<u8>, String, Option<DateTime<Utc>>);
    let find = sqlx::query_as(FIND).bind(&hash[..8]).fetch_optional(&platform.database.pool);
    let row: Option<Row> = platform.database.run(find).await?;
    let (name, scopes) = match row.filter(|(_, stored, ..)| stored.ct_eq(&hash).into()) {
        Some((name, _, scopes, None)) => (name, scopes),
        Some(_) => return Ok(Err("revoked")),
        None => return Ok(Err("unknown")),
    };
    //~ if limiter
    let caller = Caller::new(&name, &scopes);
    let mut verified = platform.keys.verified.write().unwrap_or_else(PoisonError::into_inner);
    verified.retain(|_, (_, until)| Instant::now() < *until);
    verified.insert(hash, (Arc::clone(&caller.name), until));
    Ok(Ok(caller))
    //~ else
    Ok(Ok(Caller::new(&name, &scopes)))
    //~ endif
}

/// Runs a command of the operator. A key can have these scopes.
///
/// # Errors
/// If the database does not respond, or the name is taken or unknown.
pub async fn run(command: Command, scopes: &BTreeSet<String>, settings: &super::Settings) -> anyhow::Result<()> {
    let pool = Pool::new(&settings.database.engine.database_url, engine::DEADLINE)?;
    match command {
        Command::Create { name, scope } => {
            if let Some(unknown) = scope.iter().find(|scope| !scopes.contains(*scope)) {
                let known = scopes.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                let message = format!("no operation requires the scope `{unknown}`; the known scopes are: {known}\n");
                clap::Error::raw(ErrorKind::InvalidValue, message).exit();
            }
            let mut secret = [0; 32];
            getrandom::fill(&mut secret)?;
            let key = format!("{}_{}", settings.keys.api_key_environment, URL_SAFE_NO_PAD.encode(secret));
            let stored = store(&pool, &name, &key, &scope.join(" ")).await;
            let taken = matches!(&stored, Err(sqlx::Error::Database(error)) if error.is_unique_violation());
            anyhow::ensure!(!taken, "a key named `{name}` exists or existed: names are not reused");
            stored?;
            println!("{key}");
            eprintln!("This is the only time that the key is shown.");
        }
        Command::List => {
            type Row = (String, String, DateTime<Utc>, Option<DateTime<Utc>>);
            let rows: Vec<Row> = sqlx::query_as(LIST).fetch_all(&pool).await?;
            for (name, scopes, created, revoked) in rows {
                let day = |time: DateTime<Utc>| time.date_naive().to_string();
                let revoked = revoked.map_or("in use".into(), |time| format!("revoked {}", day(time)));
                println!("{name:<24} {scopes:<16} created {}  {revoked}", day(created));
            }
        }
        Command::Revoke { name } => {
            let revoke = sqlx::query(REVOKE).bind(Utc::now()).bind(&name).execute(&pool).await?;
            anyhow::ensure!(revoke.rows_affected() > 0, "there is no key named `{name}` in use");
            println!("revoked `{name}`: the key can make no further write");
        }
    }
    Ok(())
}

/// # Errors
/// If a key of this name was ever stored, or the database does not respond.
pub async fn store<'e>(
    database: impl sqlx::Executor<'e, Database = engine::Driver>,
    name: &str,
    key: &str,
    scopes: &str,
) -> sqlx::Result<()> {
    let insert = sqlx::query(INSERT).bind(name).bind(&hash(key)[..]).bind(scopes).bind(Utc::now());
    insert.execute(database).await.map(drop)
}

fn hash(key: &str) -> Hash {
    Sha256::digest(key).into()
}

/// Parses the name of a key or of an environment.
///
/// # Errors
/// If it is empty, too long or has other characters.
pub fn word(text: &str) -> Result<String, &'static str> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let valid = (1..=40).contains(&text.len()) && text.chars().all(plain);
    valid.then(|| text.into()).ok_or("1 to 40 letters a to z, digits and dashes")
}
