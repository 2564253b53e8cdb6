//= refused
    (
        "REDIS_URL",
        &[
            "",
            "127.0.0.1:6379",
            "redis://",
            "redis:127.0.0.1",
            "http://:sesame@127.0.0.1:6379",
            "REDIS://:sesame@127.0.0.1:6379",
            "unix:///tmp/redis.sock",
            "redis://:sesame@127.0.0.1:port",
            "redis://:sesame@127.0.0.1:65536",
            "redis://:sesame@127.0.0.1/zero",
            "redis://:sesame@127.0.0.1/-1",
            "rediss://:sesame@127.0.0.1/#insecure",
            "rediss://:sesame@127.0.0.1/0#insecure",
            "redis://:ses#ame@127.0.0.1/",
            "redis://:sesame@127.0.0.1/0?protocol=resp9",
        ],
    ),
//= taken
    (
        "REDIS_URL",
        &["redis://127.0.0.1", "rediss://app:p%23ss@cache.example:6380/3", "redis://[::1]:6379/0?protocol=resp3"],
    ),
