//! `DATABASE_URL` alone determines the connection, whatever variables PostgreSQL's own programs would read.

use std::env;
use std::process::Command;

use crate::support::database::Database;
use crate::support::process::run;
use crate::support::server::TestServer;

/// Each would prevent a connection, or connect to another database.
const MISLEADING: [(&str, &str); 12] = [
    ("HOME", "/nowhere"),
    ("PGAPPNAME", "another program"),
    ("PGDATABASE", "nowhere"),
    ("PGHOST", "/nowhere"),
    ("PGHOSTADDR", "127.0.0.2"),
    ("PGPASSFILE", "/nowhere"),
    ("PGPASSWORD", "wrong"),
    ("PGPORT", "1"),
    ("PGSERVICE", "nowhere"),
    ("PGSSLMODE", "verify-full"),
    ("PGSSLROOTCERT", "/nowhere"),
    ("PGTARGETSESSIONATTRS", "standby"),
];

#[tokio::test]
async fn variables_of_postgresql_change_nothing() {
    let database = Database::new().await;
    let url = database.url();
    // Without the TLS mode, which is a parameter and has its default when omitted.
    let url = url.split('?').next().unwrap_or_default();
    let migrated = run(&["migrate"], &[&[("DATABASE_URL", url)], &MISLEADING[..]].concat()).await;
    assert_eq!(migrated.code, Some(0), "{:?} {:?}", migrated.stdout, migrated.stderr);
    let count = "SELECT count(*) FROM _sqlx_migrations";
    let count = sqlx::query_scalar::<_, i64>(count).fetch_one(&database.connect().await).await;
    assert!(count.expect("the database of the URL was migrated") > 0);
}

#[test]
fn parts_that_the_url_leaves_out_have_their_defaults() {
    let parts = |url: &str| {
        let options = app::platform::engine::read_url(url).expect(url);
        let database = options.get_database().map(String::from);
        (options.get_host().to_owned(), options.get_port(), options.get_username().to_owned(), database)
    };
    let expected = |host: &str, port| (host.to_owned(), port, "app".to_owned(), Some("app".to_owned()));
    assert_eq!(parts("postgres://app@db.example"), expected("db.example", 5432));
    assert_eq!(parts("postgres://app:secret@[::1]"), expected("[::1]", 5432));
    assert_eq!(parts("postgres://app@[::1]:5433/app"), expected("[::1]", 5433));
    assert_eq!(parts("postgres:///app?user=app"), expected("localhost", 5432));
    assert_eq!(parts("postgres:///?user=app&hostaddr=::1&port=5433&dbname=app"), expected("::1", 5433));
    let tls = |url| format!("{:?}", app::platform::engine::read_url(url).expect(url).get_ssl_mode());
    assert_eq!(tls("postgres://app@db.example"), "Prefer");
    assert_eq!(tls("postgres://app@db.example?sslmode=require"), "Require");
}

#[tokio::test]
async fn connections_have_the_name_in_the_url_or_that_of_the_service() {
    for (parameter, name) in [("", env!("CARGO_PKG_NAME")), ("&application_name=reports", "reports")] {
        let database = Database::new().await;
        let server = TestServer::start(&[&format!("{}{parameter}", database.flag())]).await;
        // Of the pool, and of the health check.
        let names = "SELECT DISTINCT application_name FROM pg_stat_activity \
                     WHERE datname = current_database() AND backend_type = 'client backend'";
        let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&server.app.platform.database.pool).await.unwrap();
        assert_eq!(names, [name]);
    }
}

#[test]
fn the_defaults_are_not_those_of_the_environment() {
    let this = env::current_exe().expect("a running program has a path");
    let test = "database_url::parts_that_the_url_leaves_out_have_their_defaults";
    let output = Command::new(this).args(["--exact", test]).envs(MISLEADING).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
async fn variables_that_cannot_be_ignored_are_refused_by_name() {
    let variables = ["PGOPTIONS", "PGSSLCERT", "PGSSLKEY"];
    let refused = run(&["openapi"], &variables.map(|variable| (variable, "open-sesame"))).await;
    let said = refused.stderr.join("\n");
    assert_eq!(refused.code, Some(2), "{said}");
    for variable in variables {
        assert!(said.contains(&format!("{variable}: set")) && !said.contains("sesame"), "{said}");
    }
}
