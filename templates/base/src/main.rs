//! Reads the command line and runs one command. A failure is one line and exit code 1; a bad setting, exit code 2.

use std::io::Write;

use app::config::{Command, Config};
//~ if database
use app::db;
//~ endif
use app::server::{Server, signalled};
use app::{docs, health, telemetry};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Most often there is no such file, and that is fine.
    dotenvy::dotenv().ok();
    let config = Config::read(std::env::args_os()).unwrap_or_else(|error| error.exit());
    match config.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            telemetry::init(&config);
            Server::bind(config, axum::Router::new()).await?.run(signalled()).await;
        }
        //~ if database
        Command::Migrate => db::migrate(&config).await?,
        //~ endif
        Command::Openapi => std::io::stdout().write_all(docs::text().as_bytes())?,
        Command::Healthcheck => health::check(&config)?,
    }
    Ok(())
}
