//= refused
    ("API_KEY_ENVIRONMENT", &["two words", "Live", "a_b", "prod/1", "a-name-of-more-than-forty-letters-is-not-one"]),
//= taken
    ("API_KEY_ENVIRONMENT", &["live", "eu-1"]),
