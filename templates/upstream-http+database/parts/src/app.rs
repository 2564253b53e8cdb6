//= operations
    let router = router.merge(crate::products::reviews::router());
