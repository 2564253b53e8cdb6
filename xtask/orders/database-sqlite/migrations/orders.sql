-- AUTOINCREMENT: the id of a deleted order never comes back as another one.
CREATE TABLE orders (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity   INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 1000),
    state      TEXT    NOT NULL CHECK (state IN ('open', 'paid', 'shipped')),
    created_at TEXT    NOT NULL,
    updated_at TEXT    NOT NULL
) STRICT;

-- To find the orders of a product that is to be deleted.
CREATE INDEX orders_of_product ON orders (product_id);
