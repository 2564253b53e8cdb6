//! Every setting: a flag, or the environment variable of the same name, or a default. `--help` prints the comments
//! below, so they are the reference.

use std::{env, ffi::OsString, net::IpAddr, num::NonZeroUsize, time::Duration};

use axum::http::{HeaderValue, Uri};
//~ if auth_jwt
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, builder::NonEmptyStringValueParser, error::ErrorKind};
//~ else
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, error::ErrorKind};
//~ endif
use tracing_subscriber::filter::Targets;

//~ if auth_api_key
#[derive(Clone, Subcommand)]
//~ else
#[derive(Clone, Copy, Subcommand)]
//~ endif
pub enum Command {
    /// Serve the API until SIGTERM; the default
    Serve,
    //~ if database
    /// Bring the database's schema up to date
    Migrate,
    //~ endif
    //~ if auth_api_key
    /// Make, list and revoke API keys
    #[command(subcommand)]
    ApiKey(crate::keys::Command),
    //~ endif
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
    #[arg(long, env, default_value = "8080")]
    pub port: u16,
    /// Port of health and operations, kept off the internet; 0 picks a free one
    #[arg(long, env, default_value = "8081")]
    pub admin_port: u16,
    //~ if database
    //~ if database_sqlite
    /// Where the database is
    #[arg(long, env, default_value = "sqlite://data/app.db", hide_env_values = true)]
    //~ endif
    //~ if database_postgres
    /// Where the database is; with `?sslmode=verify-full` over TLS or not at all
    #[arg(long, env, default_value = "postgres://app:app@127.0.0.1:5432/app", hide_env_values = true)]
    //~ endif
    pub database_url: crate::pool::Options,
    /// Bring the database's schema up to date before serving
    #[arg(long, env, default_value = "true", action = clap::ArgAction::Set)]
    pub migrate_on_start: bool,
    //~ endif
    //~ if cache
    /// Longest a cached product may lag behind the database
    #[arg(long, env, default_value = "60s", value_parser = humantime::parse_duration)]
    pub cache_ttl: Duration,
    //~ endif
    //~ if limiter
    /// Requests a client may make: at once, and then in a second (s), minute (min) or hour (h)
    #[arg(long, env, default_value = "60/min")]
    pub rate_limit: crate::quota::Quota,
    /// Proxies in front that append to X-Forwarded-For; 0 counts the peer itself as the client
    #[arg(long, env, default_value = "0")]
    pub trusted_proxy_hops: usize,
    //~ endif
    //~ if cache_redis or limiter_redis
    /// Where Redis is; rediss:// for TLS
    #[arg(long, env, default_value = "redis://127.0.0.1:6379", hide_env_values = true)]
    pub redis_url: redis::ConnectionInfo,
    //~ endif
    //~ if cache_memcached
    /// Where Memcached is
    #[arg(long, env, default_value = "memcache://127.0.0.1:11211", value_parser = memcached)]
    pub memcached_url: String,
    //~ endif
    //~ if cache_redis or cache_memcached or limiter_redis
    /// Put before every key, so that services and environments can share a server
    //~ if cache_memcached
    #[arg(long, env, default_value = "app", value_parser = key_prefix)]
    //~ else
    #[arg(long, env, default_value = "app")]
    //~ endif
    pub key_prefix: String,
    //~ endif
    //~ if auth_api_key
    /// What API keys of this environment begin with; those of another are refused
    #[arg(long, env, default_value = "dev", value_parser = crate::keys::word)]
    pub api_key_environment: String,
    //~ endif
    //~ if auth_jwt
    /// Who makes tokens: their `iss`
    #[arg(long, env, default_value = "http://127.0.0.1:9000", value_parser = NonEmptyStringValueParser::new())]
    pub jwt_issuer: String,
    /// Whom tokens are made for, this service: one of their `aud`
    #[arg(long, env, default_value = "products", value_parser = NonEmptyStringValueParser::new())]
    pub jwt_audience: String,
    /// Where the issuer publishes its keys, as a JWK set
    #[arg(long, env, default_value = "http://127.0.0.1:9000/.well-known/jwks.json")]
    pub jwt_jwks_url: reqwest::Url,
    /// File with the issuer's one public key in PEM, instead of JWT_JWKS_URL
    #[arg(long, env, default_value = "", value_parser = crate::keys::read)]
    pub jwt_public_key: jsonwebtoken::jwk::JwkSet,
    //~ endif
    /// Requests handled at once; one more is refused with 503
    #[arg(long, env, default_value = "512")]
    pub max_in_flight: NonZeroUsize,
    /// Connections held at once; further ones wait in the kernel's queue
    ///
    /// Each of the two ports holds as many, and each connection up to 32 KiB. With 64 MiB for bodies being read, at most
    /// 64 MiB for stored data and 32 MiB for the program, the default fits a container of 256 MiB.
    #[arg(long, env, default_value = "1000")]
    pub max_connections: NonZeroUsize,
    /// Longest a request may take before it is answered with 504
    #[arg(long, env, default_value = "10s", value_parser = humantime::parse_duration)]
    pub request_timeout: Duration,
    /// Longest wait for a request's header, and so for the next request on an idle connection
    #[arg(long, env, default_value = "75s", value_parser = humantime::parse_duration)]
    pub header_timeout: Duration,
    //~ if database
    /// Largest request body
    #[arg(long, env, default_value = "1MiB")]
    pub body_limit: bytesize::ByteSize,
    //~ endif
    /// Origins a browser may call from, separated by commas; none by default
    #[arg(long, env, value_delimiter = ',', value_parser = origin)]
    pub cors_origins: Vec<HeaderValue>,
    //~ if upstream
    /// Where the other service is, and whatever path its API is under
    #[arg(long, env, default_value = "http://127.0.0.1:9100", value_parser = base_url, hide_env_values = true)]
    pub upstream_url: String,
    /// Longest wait for the other service, over both tries; cut to nine tenths of REQUEST_TIMEOUT
    #[arg(long, env, default_value = "3s", value_parser = humantime::parse_duration)]
    pub upstream_timeout: Duration,
    //~ endif
    /// How long to serve on after SIGTERM, while load balancers notice that readiness is gone
    #[arg(long, env, default_value = "5s", value_parser = humantime::parse_duration)]
    pub drain_delay: Duration,
    /// Longest wait after that for requests in flight
    #[arg(long, env, default_value = "20s", value_parser = humantime::parse_duration)]
    pub drain_timeout: Duration,
    /// Shape of log lines: json or pretty
    #[arg(long, env, default_value = "json", value_parser = ["json", "pretty"], hide_possible_values = true)]
    pub log_format: String,
    /// What to log: a level, or target=level pairs separated by commas
    #[arg(long, env = "RUST_LOG", default_value = "info")]
    pub log: Targets,
}

impl Config {
    /// Reads flags, then environment, then defaults.
    ///
    /// # Errors
    /// clap's, and if it is about a value, with every other variable that has a bad one.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        // Global, so that a flag means the same before and after the sub-command.
        let command = Self::command().mut_args(|arg| arg.global(true));
        let first = match command.clone().try_get_matches_from(args).and_then(|found| Self::from_arg_matches(&found)) {
            Err(error) if matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) => error,
            read => return read,
        };
        // clap stops at the first bad value: look at the variables one by one, without the others.
        let alone = command.clone().mut_args(|arg| arg.env(None::<&str>));
        let bad = command.get_arguments().filter_map(|arg| {
            let flag = [format!("--{}", arg.get_long()?).into(), env::var_os(arg.get_env()?)?];
            alone.clone().no_binary_name(true).try_get_matches_from(flag).err()
        });
        //~ if database_postgres or cache_redis or cache_memcached or limiter_redis or upstream
        let line = |mut error: clap::Error| {
            // clap repeats the value, and a URL may hold a password.
            if error.get(clap::error::ContextKind::InvalidArg).is_some_and(|arg| arg.to_string().ends_with("_URL>")) {
                error.insert(clap::error::ContextKind::InvalidValue, clap::error::ContextValue::String("…".into()));
            }
            Some(error.to_string().lines().next()?.replacen("error: ", "", 1))
        };
        //~ else
        let line = |error: clap::Error| Some(error.to_string().lines().next()?.replacen("error: ", "", 1));
        //~ endif
        let mut problems: Vec<_> = std::iter::once(first).chain(bad).filter_map(line).collect();
        problems.dedup();
        Err(Self::command().error(ErrorKind::ValueValidation, problems.join("\n       ")))
    }
}

/// As browsers send it: scheme, host and port. Setting the variable to nothing means none.
fn origin(text: &str) -> Result<HeaderValue, &'static str> {
    let exact = |uri: Uri| uri.scheme().is_some() && uri.path_and_query().is_some_and(|rest| rest == "/");
    let valid = text.is_empty() || (text.parse().is_ok_and(exact) && !text.ends_with('/'));
    HeaderValue::from_str(text).ok().filter(|_| valid).ok_or("not an origin such as https://shop.example")
}
//~ if cache_memcached

/// Host and port.
fn memcached(text: &str) -> Result<String, &'static str> {
    let address = text.parse().ok().filter(|url: &Uri| url.scheme_str() == Some("memcache"));
    let address = address.and_then(|url| Some(format!("{}:{}", url.host()?, url.port()?)));
    address.ok_or("not an address such as memcache://127.0.0.1:11211")
}

/// Keys in Memcached have 250 visible bytes at most.
fn key_prefix(text: &str) -> Result<String, &'static str> {
    let fits = text.len() <= 200 && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_owned()).ok_or("more than 200 bytes, or some that are not visible ASCII")
}
//~ endif
//~ if upstream

fn base_url(text: &str) -> Result<String, &'static str> {
    let http = |url: reqwest::Url| matches!(url.scheme(), "http" | "https") && url.query().is_none();
    text.parse().is_ok_and(http).then(|| text.into()).ok_or("not a URL such as https://reviews.example/v1")
}
//~ endif
