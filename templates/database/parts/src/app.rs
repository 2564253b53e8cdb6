//= operations
//~ for resource in resources
    let router = router.merge(crate::<% resource.name %>::routes::router());
//~ endfor
