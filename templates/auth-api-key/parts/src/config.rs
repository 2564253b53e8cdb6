//= commands
    /// Make, list and revoke API keys
    #[command(subcommand)]
    ApiKey(crate::platform::keys::Command),
//= settings
    /// What API keys of this environment begin with; those of another are refused
    #[arg(long, env, default_value = "dev", value_parser = crate::platform::keys::word)]
    pub api_key_environment: String,
