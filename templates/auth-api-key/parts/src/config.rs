//= commands
    /// Create, list and revoke API keys
    #[command(subcommand)]
    ApiKey(crate::platform::keys::Command),
