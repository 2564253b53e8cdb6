//! What each deployment target brings, and what it leaves to the operator.
//!
//! One constant for each target; rules between choices, features and facts read it, and name no target themselves.

use crate::choice::Deploy;

/// A place where the service runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Whether it runs a container image.
    pub image: bool,
    /// Whether a file on its disk outlives a replica, so that the database can be one. Then one replica runs.
    pub local_disk: bool,
    /// Whether it runs the servers that the service needs; otherwise the operator has them elsewhere.
    pub servers: bool,
    /// Replicas of the service; the least, if it adds some under load.
    pub replicas: u32,
    /// Replicas of the service under load.
    pub most_replicas: u32,
}

/// How many replicas an autoscaler runs at most; a database server has enough connections for them.
pub const MOST_REPLICAS: u32 = 4;

const COMPOSE: Target = Target { image: true, local_disk: true, servers: true, replicas: 2, most_replicas: 2 };

const KUBERNETES: Target =
    Target { image: true, local_disk: false, servers: false, replicas: 2, most_replicas: MOST_REPLICAS };

const AWS: Target =
    Target { image: true, local_disk: false, servers: false, replicas: 2, most_replicas: MOST_REPLICAS };

/// No deployment: the service runs where its developer starts it.
const NONE: Target = Target { image: false, local_disk: true, servers: false, replicas: 1, most_replicas: 1 };

impl Deploy {
    /// What this target brings.
    pub const fn target(self) -> Target {
        match self {
            Self::Compose => COMPOSE,
            Self::Kubernetes => KUBERNETES,
            Self::Aws => AWS,
            Self::None => NONE,
        }
    }
}
