-- Keys are stored as hashes: a row identifies a key but does not reveal it.
CREATE TABLE api_keys (
    name       TEXT        NOT NULL PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 40),
    hash       BYTEA       NOT NULL CHECK (octet_length(hash) = 32),
    scopes     TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);

CREATE UNIQUE INDEX api_keys_by_hash ON api_keys (substr(hash, 1, 8));
