//= settings
    #[command(flatten)]
    pub database: db::Settings,
    #[command(flatten)]
    pub bodies: body_limit::Settings,
//= fields
    pub database: Arc<db::Database>,
    /// Held for reading by each write, see [`resource::settle`].
    pub writes: Arc<tokio::sync::RwLock<()>>,
//= dependencies
        let dependencies = dependencies.with("database", db::probe(&settings.database.engine.database_url));
//= new
            database: Arc::new(db::Database::new(&settings)?),
            writes: Arc::default(),
//= prepare
        let database = &self.settings.database;
        let ahead = migrations::prepare(&database.engine.database_url, database.migrate_on_start).await?;
        if ahead > 0 {
            tracing::warn!(migrations = ahead, "the database is ahead of this version");
        }
        //= ahead
//= close
        // Waits for writes whose clients have disconnected.
        drop(self.writes.write().await);
        self.database.pool.close().await;
