//= commands
        Command::ApiKey(command) => app::platform::keys::run(command, &config.platform).await?,
