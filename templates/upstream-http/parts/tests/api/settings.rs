//= refused
    (
        "UPSTREAM_URL",
        &[
            "",
            "reviews.example",
            "127.0.0.1:9100",
            "http://",
            "http:reviews.example",
            "ftp://reviews.example",
            "file:///reviews",
            "http://reviews.example/?page=1",
            "http://reviews.example/#top",
            "http://reviews.example:port",
            "http://reviews.example:65536",
            "http://reviews example/",
        ],
    ),
    ("UPSTREAM_TIMEOUT", TIMES),
    ("UPSTREAM_TIMEOUT", &["0s", "0", "9ms", "61min"]),
//= taken
    ("UPSTREAM_URL", &["http://127.0.0.1:9100", "https://reviews.example/v1/", "http://[::1]:9100"]),
    ("UPSTREAM_TIMEOUT", &["10ms", "3s", "9s"]),
