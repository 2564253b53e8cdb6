//= new
            keys: keys::Keys::new(&settings.keys),
//= commands
    /// Create, list and revoke API keys
    #[command(subcommand)]
    ApiKey(keys::Command),
//= runs
            Self::ApiKey(command) => {
                let OpenApi { mut paths, .. } = api;
                keys::run(command, &auth::scopes(&mut paths), settings).await?;
            }
