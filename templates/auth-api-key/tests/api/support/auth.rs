//! Credentials of the tests.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use app::config::Config;
use app::platform::keys::store;
use sqlx::ConnectOptions;
use tokio::time::timeout;

use super::server::TestServer;

/// The key that is stored in every database of the tests.
const KEY: &str = "dev_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

/// A credential that may write.
pub fn credential() -> String {
    format!("Bearer {KEY}")
}

/// Makes [`credential`] valid in the database of this server.
pub async fn admit(config: &Config) {
    let stored = async {
        let mut database = config.platform.database.engine.database_url.connect().await?;
        store(&mut database, "tests", KEY, &scopes()).await
    };
    // Another server may have stored it in the same database, and a server is ready without its database too.
    timeout(Duration::from_secs(2), stored).await.ok();
}

/// The credential of another caller, with these scopes.
pub async fn credential_of(server: &TestServer, name: &str, scopes: &str) -> String {
    static KEYS: AtomicU32 = AtomicU32::new(0);
    let key = format!("dev_{:043}", KEYS.fetch_add(1, Ordering::Relaxed));
    store(&server.app.platform.database.pool, name, &key, scopes).await.expect("a new name");
    format!("Bearer {key}")
}

/// All scopes that operations require.
fn scopes() -> String {
    let scopes = app::platform::auth::scopes(&mut app::app::operations().into_openapi().paths);
    scopes.into_iter().collect::<Vec<_>>().join(" ")
}

/// A forged credential: a well-formed key that was never stored.
pub fn forged() -> String {
    format!("Bearer dev_{}", "A".repeat(43))
}
