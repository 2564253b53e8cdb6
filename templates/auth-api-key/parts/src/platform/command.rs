//= commands
    /// Create, list and revoke API keys
    #[command(subcommand)]
    ApiKey(super::keys::Command),
//= runs
            Self::ApiKey(command) => {
                let OpenApi { mut paths, .. } = api;
                super::keys::run(command, &super::auth::scopes(&mut paths), settings).await?;
            }
