//= fields
    pub database: Arc<crate::platform::db::Database>,
//= new
            database: Arc::clone(&platform.database),
//= operations
//~ for resource in resources
    let router = router.merge(crate::<% resource.name %>::routes::router());
//~ endfor
