//! A database for each service: a file in its own temporary folder, deleted when the test ends.

use std::path::PathBuf;

use app::state::App;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteConnectOptions;
//~ for _ in resources[1:2]
use sqlx::{AssertSqlSafe, Row};
//~ endfor
use sqlx::{Sqlite, SqlitePool};
use tempfile::TempDir;

use super::eventually;

pub struct Database {
    folder: TempDir,
}

/// An uncommitted write of another program.
pub struct Lock(PoolConnection<Sqlite>);

impl Lock {
    /// Returns once a statement of the service waits for it. SQLite does not report that: a statement that has used a
    /// connection for so long can only be waiting.
    pub async fn awaited(&mut self, server: &App) {
        let mut used = 0;
        let waits = async || {
            used = if server.platform.database.pool.usage().0 > 0 { used + 1 } else { 0 };
            used == 100
        };
        eventually("a statement waits for the lock", waits).await;
    }

    pub async fn release(mut self) {
        sqlx::query("ROLLBACK").execute(&mut *self.0).await.expect("it holds the lock");
    }
}

impl Database {
    pub async fn new() -> Self {
        // Characters that have a meaning in URLs, but none in paths.
        Self { folder: TempDir::with_prefix("100%25 #1?").expect("a temporary folder") }
    }

    pub fn flag(&self) -> String {
        format!("--database-url={}", self.url())
    }

    pub fn url(&self) -> String {
        // The path of the temporary folder may have such characters too.
        let path = self.file().display().to_string();
        let path = path.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
        format!("sqlite://{path}")
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("app.db")
    }

    /// Connects like another program, without the service.
    pub async fn connect(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new().filename(self.file()).create_if_missing(true);
        SqlitePool::connect_with(options).await.expect("the folder is there")
    }

    //~ for _ in resources[1:2]
    /// Checks that an index finds the rows of this query and orders them.
    pub async fn assert_uses_an_index(&self, query: &str) {
        let explain = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"))).bind(5000).bind(20);
        let steps = explain.fetch_all(&self.connect().await).await.expect("it has two parameters");
        let plan: Vec<String> = steps.iter().map(|step| step.get("detail")).collect();
        assert!(plan.iter().all(|step| step.contains(" USING ") && !step.contains("TEMP B-TREE")), "{plan:?}");
    }

    //~ endfor
    /// Blocks every write until it is released.
    pub async fn lock(&self) -> Lock {
        let mut connection = self.connect().await.acquire().await.expect("a connection");
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await.expect("no other write holds the lock");
        Lock(connection)
    }
}
