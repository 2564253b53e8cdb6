//! Every setting: a flag, or the environment variable of the same name, or a default. `--help` prints the comments
//! below, so they are the reference.

use std::{ffi::OsString, net::IpAddr, num::NonZeroUsize, time::Duration};

use axum::http::HeaderValue;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::platform::settings::{self, Environment, Problem, Settings, number, one_of, time};

#[derive(Clone, Subcommand)]
pub enum Command {
    /// Serve the API until SIGTERM; the default
    Serve,
    //= commands
    /// Print the description of the API
    Openapi,
    /// Exit with 0 if the service on this machine is ready, else with 1
    Healthcheck,
}

#[derive(Parser)]
#[command(version, about, args_override_self = true)]
pub struct Config {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Address both ports listen on; 0.0.0.0 in a container
    #[arg(long, env, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Port of the API; 0 picks a free one
    #[arg(long, env, default_value = "8080", value_parser = number::<u16>(0, 65_535))]
    pub port: u16,
    /// Port of health and operations, kept off the internet; 0 picks a free one
    #[arg(long, env, default_value = "8081", value_parser = number::<u16>(0, 65_535))]
    pub admin_port: u16,
    //= settings
    /// Requests handled at once; one more is refused with 503
    #[arg(long, env, default_value = "512", value_parser = number::<NonZeroUsize>(1, 1_000_000))]
    pub max_in_flight: NonZeroUsize,
    /// Connections held at once; further ones wait in the kernel's queue
    ///
    /// Each of the two ports holds as many, and each connection up to 32 KiB. With 64 MiB for bodies being read, at most
    /// 64 MiB for stored data and 32 MiB for the program, the default fits a container of 256 MiB.
    #[arg(long, env, default_value = "1000", value_parser = number::<NonZeroUsize>(1, 1_000_000))]
    pub max_connections: NonZeroUsize,
    /// Longest a request may take before it is answered with 504
    #[arg(long, env, default_value = "10s", value_parser = time("100ms", "1h"))]
    pub request_timeout: Duration,
    /// Longest wait for a request's header, and so for the next request on an idle connection
    #[arg(long, env, default_value = "75s", value_parser = time("100ms", "1h"))]
    pub header_timeout: Duration,
    /// Origins a browser may call from, separated by commas; none by default
    #[arg(long, env, value_delimiter = ',', value_parser = crate::platform::origin::read)]
    pub cors_origins: Vec<HeaderValue>,
    /// How long to serve on after SIGTERM, while load balancers notice that readiness is gone
    #[arg(long, env, default_value = "5s", value_parser = time("0s", "1h"))]
    pub drain_delay: Duration,
    /// Longest wait after that for requests in flight
    #[arg(long, env, default_value = "20s", value_parser = time("0s", "1h"))]
    pub drain_timeout: Duration,
    /// Shape of log lines: json or pretty
    #[arg(long, env, default_value = "json", value_parser = one_of(&[("json", "json"), ("pretty", "pretty")]))]
    pub log_format: &'static str,
    /// What to log: a level, or target=level pairs separated by commas
    #[arg(long, env = "RUST_LOG", default_value = "info", value_parser = targets)]
    pub log: Targets,
}

impl Config {
    /// Reads flags, then the environment, then defaults.
    ///
    /// # Errors
    /// clap's, or one that names every setting with a value that it cannot have.
    pub fn read(arguments: impl IntoIterator<Item = OsString>, environment: &Environment) -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let Settings { values, arguments, mut problems } = settings::read(&command, arguments, environment)?;
        let mut config = Self::from_arg_matches(&values)?;
        if arguments.subcommand().is_some() {
            config.command = Some(Command::from_arg_matches(&arguments)?);
        }
        for (settings, rule) in config.contradictions() {
            // A setting with a problem of its own was left at its default, which contradicts nothing.
            if !problems.iter().any(|problem| settings.contains(&&*problem.setting)) {
                problems.push(Problem::new(settings[0], rule));
            }
        }
        if problems.is_empty() { Ok(config) } else { Err(settings::refuse(&mut command, &problems)) }
    }

    /// Settings that are right by themselves and not together, and the rule that they break.
    fn contradictions(&self) -> Vec<(&'static [&'static str], &'static str)> {
        let mut found: Vec<(&[_], _)> = Vec::new();
        if self.port == self.admin_port && self.port != 0 {
            found.push((&["ADMIN_PORT", "PORT"], "the same as PORT"));
        }
        //= contradictions
        found
    }
}

/// A word that is no level would be taken for a target, and nothing else would be logged.
fn targets(text: &str) -> Result<Targets, &'static str> {
    let complete = |part: &str| match part.split_once('=') {
        Some((target, level)) => !target.is_empty() && !level.is_empty() && !part.contains(';'),
        None => !part.is_empty() && part.parse::<LevelFilter>().is_ok(),
    };
    let targets = text.parse().ok().filter(|_| text.split(',').all(complete));
    targets.ok_or("not a level (error, warn, info, debug, trace, off), nor target=level pairs separated by commas")
}
