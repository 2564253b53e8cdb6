//= operations
    let router = router.merge(crate::quote::router());
