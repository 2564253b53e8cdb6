//= commands
        Command::ApiKey(command) => {
            let scopes = app::platform::auth::scopes(&mut operations().into_openapi().paths);
            app::platform::keys::run(command, &scopes, &config.platform).await?;
        }
