-- An identity, so that the id of a deleted order never comes back as another one.
CREATE TABLE orders (
    id         BIGINT      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id BIGINT      NOT NULL REFERENCES products (id),
    quantity   BIGINT      NOT NULL CHECK (quantity BETWEEN 1 AND 1000),
    state      TEXT        NOT NULL CHECK (state IN ('open', 'paid', 'shipped')),
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

-- To find the orders of a product that is to be deleted.
CREATE INDEX orders_of_product ON orders (product_id);
