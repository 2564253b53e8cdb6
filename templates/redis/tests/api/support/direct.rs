//! A connection to Redis itself, without the service in between.

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client};

use super::{TIMEOUT, servers};

/// Waits longer for each reply than the half second that is the client's default: tests share the machine.
pub async fn redis() -> MultiplexedConnection {
    let client = Client::open(servers::redis()).expect("a valid URL");
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(TIMEOUT)).set_response_timeout(Some(TIMEOUT));
    client.get_multiplexed_async_connection_with_config(&config).await.expect("Redis is there")
}
