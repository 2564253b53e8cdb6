//= servers

/// Redis, which tests share: a key is a test's own by its prefix.
pub fn redis() -> String {
    found("TEST_REDIS_URL", "redis://127.0.0.1:6379")
}
