//= commands
    /// Bring the database's schema up to date
    Migrate,
//= settings
    /// Bring the database's schema up to date before serving
    #[arg(long, env, default_value = "true", action = clap::ArgAction::Set)]
    #[arg(value_parser = one_of(&[("true", true), ("false", false)]))]
    pub migrate_on_start: bool,
    /// Largest request body, from 512KiB to 64MiB
    #[arg(long, env, default_value = "1MiB", value_parser = crate::platform::body_limit::read)]
    pub body_limit: bytesize::ByteSize,
