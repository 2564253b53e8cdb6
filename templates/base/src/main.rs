//! Reads the command line and runs one command. A failure is one line and exit code 1; a bad setting, exit code 2.

use app::config::{Command, Config};
use app::platform::server::{Server, signalled};
use app::platform::{docs, health, settings::Environment, telemetry};

//~ if cache
/// Entries that live long lie between what requests use for a moment: the system's allocator keeps the gaps.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

//~ endif
#[tokio::main]
async fn main() {
    let failed = run().await.inspect_err(|error| eprintln!("error: {error}")).is_err();
    // Without waiting for what still runs in the background, such as the look-up of a name.
    std::process::exit(failed.into());
}

async fn run() -> anyhow::Result<()> {
    let config = Config::read(std::env::args_os(), &Environment::of_process()).unwrap_or_else(|error| error.exit());
    match config.command.clone().unwrap_or(Command::Serve) {
        Command::Serve => {
            let _flush = telemetry::init(&config);
            Server::bind(config, axum::Router::new()).await?.run(signalled()).await?;
        }
        //~ if database
        Command::Migrate => app::platform::migrations::command(&config.database_url).await?,
        //~ endif
        //~ if auth_api_key
        Command::ApiKey(command) => app::platform::keys::run(command, &config).await?,
        //~ endif
        Command::Openapi => std::io::Write::write_all(&mut std::io::stdout(), docs::text().as_bytes())?,
        Command::Healthcheck => health::check(&config)?,
    }
    Ok(())
}
