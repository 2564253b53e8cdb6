//= flags
    flags.push(format!("--memcached-url={}", servers::memcached()));
