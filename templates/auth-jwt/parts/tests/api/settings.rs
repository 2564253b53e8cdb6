//= refused
    ("JWT_ISSUER", &["https://login.example ", "two words", "line\nbroken"]),
    ("JWT_AUDIENCE", &["two words", "\u{7f}"]),
    (
        "JWT_JWKS_URL",
        &[
            "login.example/keys",
            "/etc/keys.json",
            "file:///etc/keys.json",
            "https://",
            "https:login.example",
            "https://app:sesame@login.example/keys",
            "https://app@login.example/keys",
            "https://login.example/keys#first",
            "https://login.example/a b",
            "https://login.example:port/keys",
        ],
    ),
    ("JWT_PUBLIC_KEY", &["/no/such/file.pem", "/", "/dev/null", "-----BEGIN PUBLIC KEY-----"]),
//= taken
    ("JWT_ISSUER", &["https://login.example/", "accounts.example", "https://login.example/tenant/v2.0"]),
    ("JWT_AUDIENCE", &["products", "https://api.example/products"]),
    ("JWT_JWKS_URL", &["https://login.example/keys", "http://127.0.0.1:9000/keys?p=policy"]),
    ("JWT_PUBLIC_KEY", &[""]),
