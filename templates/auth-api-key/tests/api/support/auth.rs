//! Credentials of the tests.

use std::sync::atomic::{AtomicU32, Ordering};

use app::platform::engine::Driver;
use app::platform::keys::store;
use sqlx::Executor;

use super::server::TestServer;

/// The key that every database of the tests knows.
const KEY: &str = "dev_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

/// May write.
pub fn credential() -> String {
    format!("Bearer {KEY}")
}

/// Makes [`credential`] valid at the servers of this database.
pub async fn admit<'e>(database: impl Executor<'e, Database = Driver>) {
    // If there are several, the first one has done it for all.
    store(database, "tests", KEY, &scopes()).await.ok();
}

/// Of another caller, with these scopes.
pub async fn credential_of(server: &TestServer, name: &str, scopes: &str) -> String {
    static KEYS: AtomicU32 = AtomicU32::new(0);
    let key = format!("dev_{:043}", KEYS.fetch_add(1, Ordering::Relaxed));
    store(&server.app.database.pool, name, &key, scopes).await.expect("a new name");
    format!("Bearer {key}")
}

/// All that operations require.
fn scopes() -> String {
    let scopes = app::platform::auth::scopes(&mut app::app::operations().into_openapi().paths);
    scopes.into_iter().collect::<Vec<_>>().join(" ")
}

/// Has the form of a valid one.
pub fn forged() -> String {
    format!("Bearer dev_{}", "A".repeat(43))
}
