//= fields
    pub database: Arc<crate::platform::db::Database>,
//= new
            database: Arc::clone(&platform.database),
//= operations
    let router = router.merge(crate::products::routes::router());
