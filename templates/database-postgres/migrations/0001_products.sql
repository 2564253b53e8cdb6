-- GENERATED ALWAYS AS IDENTITY: the id of a deleted product is never reused.
CREATE TABLE products (
    id          BIGINT      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        TEXT        NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 200),
    price_cents BIGINT      NOT NULL CHECK (price_cents BETWEEN 0 AND 9007199254740991),
    created_at  TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL
);
