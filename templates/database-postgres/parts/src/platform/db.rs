//= settings
    /// URL of the database; `?sslmode=verify-full` requires TLS
    #[arg(long, env, default_value = "postgres://app:app@127.0.0.1:5432/app")]
    #[arg(value_parser = super::database_url::read)]
    pub database_url: Options,
