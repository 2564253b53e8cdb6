//= flags
    // A test that counts requests must not fail because Redis answered late; tests of the shared limit set its URL.
    if of_the_test.iter().any(|flag| flag.starts_with("--rate-limit=")) {
        flags.push("--redis-url=redis://127.0.0.1:1".to_owned());
    }
