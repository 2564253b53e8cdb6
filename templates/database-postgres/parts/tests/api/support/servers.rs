//= servers

/// PostgreSQL, as somebody who may create databases.
pub fn postgres() -> String {
    found("TEST_DATABASE_URL", "postgres://app:app@127.0.0.1:5432/app")
}
