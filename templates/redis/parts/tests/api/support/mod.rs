//= flags
    flags.push(format!("--redis-url={}", servers::redis()));
