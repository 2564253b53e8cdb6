//= refused
    ("MIGRATE_ON_START", &["yes", "1", "TRUE", "on"]),
    ("BODY_LIMIT", &["0", "0B", "1KiB", "511KiB", "65MiB", "-1", "large", "18446744073709551616", "99999999TiB"]),
//= taken
    ("MIGRATE_ON_START", &["true", "false"]),
    ("BODY_LIMIT", &["512KiB", "1MiB", "64MiB", "1MB", "600000"]),
