//= servers

/// Memcached, which tests share: a key is a test's own by its prefix.
pub fn memcached() -> String {
    found("TEST_MEMCACHED_URL", "memcache://127.0.0.1:11211")
}
