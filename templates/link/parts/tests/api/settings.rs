//= refused
    ("KEY_PREFIX", &["two words", "caffè", "tab\tbed", "line\nbroken", "a prefix of more than two hundred letters has no place in a key"]),
//= taken
    ("KEY_PREFIX", &["a", "shop:live", "{shop}"]),
