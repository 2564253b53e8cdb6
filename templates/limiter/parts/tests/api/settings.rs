//= refused
    ("RATE_LIMIT", &["60", "0/min", "-1/s", "60/day", "1.5/s", "/min", "60/", "1000001/s", "100000000/min"]),
    ("TRUSTED_PROXY_HOPS", &["-1", "101", "one", "18446744073709551615", "1.0"]),
//= taken
    ("RATE_LIMIT", &["1/h", "60/min", "1000000/s", "60000000/min"]),
    ("TRUSTED_PROXY_HOPS", &["0", "1", "100"]),
