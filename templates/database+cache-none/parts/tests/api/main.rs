//= needed
    // Each read goes to the database.
    "GET /products/1",
