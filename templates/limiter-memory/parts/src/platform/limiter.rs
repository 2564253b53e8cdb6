//= verdict
    let verdict = platform.limiter.check(client);
