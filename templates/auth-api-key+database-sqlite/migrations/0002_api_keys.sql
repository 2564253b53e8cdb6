-- Keys are stored as hashes: a row identifies a key but does not reveal it.
CREATE TABLE api_keys (
    name       TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 40),
    hash       BLOB NOT NULL CHECK (length(hash) = 32),
    scopes     TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;

CREATE UNIQUE INDEX api_keys_by_hash ON api_keys (substr(hash, 1, 8));
