//= refused
    ("CACHE_TTL", TIMES),
    ("CACHE_TTL", &["0s", "0", "99ms", "31d", "1001y"]),
//= taken
    ("CACHE_TTL", &["100ms", "1h 30min", "30d"]),
