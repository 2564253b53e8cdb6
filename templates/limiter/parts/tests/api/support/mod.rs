//= flags
    // As good as no limit: tests of the limiter set one.
    flags.push("--rate-limit=1000000/s".to_owned());
