//= refused
    ("KEY_PREFIX", &["two words", "caffè", "tab\tbed", "line\nbroken", "\u{7f}"]),
//= taken
    ("KEY_PREFIX", &["a", "shop:live", "{shop}"]),
