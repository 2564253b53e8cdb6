//= flags
    flags.push(format!("--key-prefix=test-{:016x}", fastrand::u64(..)));
