//= drills
        lock_drill::run(pace).boxed_local(),
//= requests
        get("/products/1"),
        get("/products?limit=20"),
        products_drill::change(),
//= prepare
    products_drill::add(service).await;
//= drill

/// The suffixes of the requests that fail while the database does.
const NEED_THE_DATABASE: &[&str] = &[
    //= needed
    // A page is stored nowhere else.
    "GET /products?limit=20",
    "PUT /products/2",
];
