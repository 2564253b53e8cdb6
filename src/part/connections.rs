//! The connections that all replicas open to a database server.

use crate::target::MOST_REPLICAS;

/// Those that the server accepts: 100 is the default of PostgreSQL, 3 are for its administrators.
pub const ACCEPTED: u32 = 100 - 3;

/// The pool of a replica, and one connection for its health.
pub const OF_A_REPLICA: u32 = 10 + 1;

/// While a version is replaced there is one spare replica, or each may run twice: the new one, and the one before,
/// which drains.
pub const fn while_rolling(replicas: u32, spare: bool) -> u32 {
    let running = if spare { replicas + 1 } else { 2 * replicas };
    running * OF_A_REPLICA
}

const _: () = assert!(
    while_rolling(MOST_REPLICAS, false) <= ACCEPTED,
    "a platform that adds replicas under load would exhaust the connections of the database"
);
