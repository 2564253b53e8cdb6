//= settings
    /// Put before every key, so that services and environments can share a server
    #[arg(long, env, default_value = "app", value_parser = crate::platform::link::key_prefix)]
    pub key_prefix: String,
