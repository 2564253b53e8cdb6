//! Parses the command line and runs one command. A failure prints one line and exits with 1; an invalid setting exits
//! with 2.

use app::app::{bind, operations};
use app::config::{Command, Config};
use app::platform::{server::signalled, settings::Environment, telemetry};

#[tokio::main]
async fn main() {
    let failed = run().await.inspect_err(|error| eprintln!("error: {error}")).is_err();
    // Exits without waiting for background tasks, such as a name look-up.
    std::process::exit(failed.into());
}

async fn run() -> anyhow::Result<()> {
    let config = Config::read(std::env::args_os(), &Environment::of_process()).unwrap_or_else(|error| error.exit());
    match config.command.clone().unwrap_or(Command::Serve) {
        Command::Serve => {
            let _flush = telemetry::init(&config.platform.telemetry);
            let (_app, server) = bind(config, axum::Router::new())?;
            server.run(signalled()).await?;
        }
        Command::Platform(command) => command.run(&config.platform, operations().into_openapi()).await?,
    }
    Ok(())
}
