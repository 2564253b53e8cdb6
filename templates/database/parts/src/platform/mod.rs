//= settings
    #[command(flatten)]
    pub database: db::Settings,
    #[command(flatten)]
    pub bodies: body_limit::Settings,
//= fields
    pub database: Arc<db::Database>,
//= dependencies
        let dependencies = dependencies.with("database", db::probe(&settings.database.database_url));
//= new
            database: Arc::new(db::Database::new(&settings.database, settings.guard.max_in_flight.get())?),
//= prepare
        let database = &self.settings.database;
        migrations::prepare(&database.database_url, database.migrate_on_start).await?;
