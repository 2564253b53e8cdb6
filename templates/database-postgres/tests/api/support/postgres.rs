//! A database for each service: created on the PostgreSQL server that tests share, and dropped when the test ends.

use std::thread;

use app::platform::engine::Options;
use app::state::App;
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Postgres, Transaction};

use super::{eventually, servers};

pub struct Database {
    server: Options,
    name: String,
}

/// An uncommitted write of another program.
pub struct Lock(Transaction<'static, Postgres>);

impl Lock {
    /// Returns once a statement of the service waits for it.
    pub async fn awaited(&mut self, _server: &App) {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND wait_event_type = 'Lock' AND state = 'active'";
        let waits = async || {
            // Within a transaction PostgreSQL caches its activity until the snapshot is cleared.
            let look = sqlx::query("SELECT pg_stat_clear_snapshot()").execute(&mut *self.0).await;
            look.expect("the server answers");
            let count = sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut *self.0);
            count.await.expect("the server answers") > 0
        };
        eventually("a statement waits for the lock", waits).await;
    }

    pub async fn release(self) {
        self.0.rollback().await.expect("it holds the lock");
    }
}

impl Database {
    pub async fn new() -> Self {
        let server = app::platform::engine::read_url(&servers::postgres()).expect("the URL of a PostgreSQL server");
        let database = Self { server, name: format!("test_{:032x}", fastrand::u128(..)) };
        run(&database.server, format!("CREATE DATABASE {} TEMPLATE template0", database.name)).await;
        database
    }

    pub fn flag(&self) -> String {
        format!("--database-url={}", self.url())
    }

    pub fn url(&self) -> String {
        self.options().to_url_lossy().to_string()
    }

    /// Connects like another program, without the service.
    pub async fn connect(&self) -> PgPool {
        let pool = PgPoolOptions::new().max_connections(2).connect_with(self.options());
        pool.await.expect("the server was there a moment ago")
    }

    /// Blocks every write until it is released.
    pub async fn lock(&self) -> Lock {
        let mut transaction = self.connect().await.begin().await.expect("a connection");
        let lock = sqlx::query("LOCK TABLE products IN EXCLUSIVE MODE").execute(&mut *transaction);
        lock.await.expect("no other write holds the lock");
        Lock(transaction)
    }

    //~ for _ in resources[1:2]
    /// Checks that an index finds the rows of this query and orders them. The tables of a test are so small that reading
    /// and sorting them whole is cheaper, so both are disabled: the plan has them only if there is no other way.
    pub async fn assert_uses_an_index(&self, query: &str) {
        let mut connection = self.connect().await.acquire().await.expect("a connection");
        let disable = sqlx::raw_sql("SET enable_seqscan = off; SET enable_sort = off").execute(&mut *connection);
        disable.await.expect("the server answers");
        let explain = sqlx::query_scalar(AssertSqlSafe(format!("EXPLAIN {query}"))).bind(5000_i64).bind(20_i64);
        let steps: Vec<String> = explain.fetch_all(&mut *connection).await.expect("it has two parameters");
        let plan = steps.join("\n");
        assert!(plan.contains("Index") && !plan.contains("Seq Scan") && !plan.contains("Sort"), "{plan}");
    }

    //~ endfor
    fn options(&self) -> Options {
        self.server.clone().database(&self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, drop) = (self.server.clone(), format!("DROP DATABASE {} WITH (FORCE)", self.name));
        // In its own runtime, because that of the test may be shutting down.
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(run(&server, drop));
        });
        // If this fails, the database remains; that is no reason to fail the test.
        dropped.join().ok();
    }
}

async fn run(server: &Options, statement: String) {
    let mut connection = PgConnection::connect_with(server).await.expect("the server answers");
    sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.expect("the role may create databases");
    connection.close().await.ok();
}
