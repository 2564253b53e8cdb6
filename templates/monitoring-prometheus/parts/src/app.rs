//= admin
    let measured = Arc::clone(app);
    let scrape = async move || {
        measure(&measured);
        crate::platform::prometheus::scrape()
    };
    let router = router.route("/metrics", axum::routing::get(scrape));
