//= refused
    (
        "MEMCACHED_URL",
        &[
            "",
            "127.0.0.1:11211",
            "memcache://",
            "memcache://127.0.0.1",
            "memcache://:11211",
            "memcache://127.0.0.1:0",
            "memcache://127.0.0.1:65536",
            "memcache://127.0.0.1:port",
            "memcache://app:sesame@127.0.0.1:11211",
            "memcache://127.0.0.1:11211/path",
            "memcache://127.0.0.1:11211?timeout=10",
            "memcache://127.0.0.1:11211#fragment",
            "MEMCACHE://127.0.0.1:11211",
            "http://127.0.0.1:11211",
        ],
    ),
//= taken
    ("MEMCACHED_URL", &["memcache://127.0.0.1:11211", "memcache://cache.example:11212", "memcache://[::1]:11211"]),
