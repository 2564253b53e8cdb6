//! The commands of the platform.

use std::io::{self, Write};

use utoipa::openapi::OpenApi;

use super::{Settings, docs, health};

/// The commands besides `serve`.
#[derive(Clone, clap::Subcommand)]
pub enum Command {
    //= commands
    /// Print the OpenAPI description
    Openapi,
    /// Exit with 0 if the service on this machine is ready, else with 1
    Healthcheck,
}

impl Command {
    /// # Errors
    /// Those of the command.
    pub async fn run(self, settings: &Settings, api: OpenApi) -> anyhow::Result<()> {
        match self {
            //= runs
            Self::Openapi => io::stdout().write_all(docs::text(api).as_bytes())?,
            Self::Healthcheck => health::check(&settings.server)?,
        }
        Ok(())
    }
}
