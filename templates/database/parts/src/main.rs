//= commands
        Command::Migrate => app::platform::migrations::command(&config.platform.database.database_url).await?,
