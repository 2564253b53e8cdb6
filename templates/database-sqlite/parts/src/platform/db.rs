//= settings
    /// URL of the database file
    #[arg(long, env, default_value = "sqlite://data/app.db", value_parser = super::database_url::read)]
    pub database_url: Options,
