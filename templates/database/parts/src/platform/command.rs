//= commands
    /// Run pending migrations and exit
    Migrate,
//= runs
            Self::Migrate => super::migrations::command(&settings.database.engine.database_url).await?,
