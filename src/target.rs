//! What each deployment target brings, and what it leaves to the operator.
//!
//! One constant for each kind of target; rules between choices, features and facts read it, and name no target themselves.

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
    /// The load balancer that it brings, HAProxy; otherwise the platform has one.
    pub balancer: Option<Balancer>,
    /// Whether it runs an Alertmanager beside its Prometheus; otherwise alerts are delivered elsewhere.
    pub alertmanager: bool,
    /// Replicas of the service; the least, if it adds some under load.
    pub replicas: u32,
    /// Replicas of the service under load.
    pub most_replicas: u32,
    /// Whether one spare replica at a time starts with a new version; otherwise each may run twice meanwhile.
    pub spare: bool,
}

/// A load balancer of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balancer {
    /// How long it waits for a response of the service, and where that is set: a cell of a table.
    pub response_timeout: &'static str,
    /// The folder of its configuration, below `deploy/`.
    pub folder: &'static str,
}

/// How many replicas an autoscaler runs at most; a database server has enough connections for them.
pub const MOST_REPLICAS: u32 = 4;

const COMPOSE: Target = Target {
    image: true,
    local_disk: true,
    servers: true,
    balancer: Some(Balancer { response_timeout: "`REQUEST_SECONDS` in `deploy/.env` + 5 s: 15 s", folder: "haproxy" }),
    alertmanager: true,
    replicas: 2,
    most_replicas: 2,
    spare: false,
};

const SYSTEMD: Target = Target {
    image: false,
    local_disk: true,
    servers: false,
    balancer: Some(Balancer {
        response_timeout: "`REQUEST_SECONDS` in the settings of the host + 5 s: 15 s",
        folder: "systemd",
    }),
    alertmanager: false,
    replicas: 2,
    most_replicas: 2,
    spare: true,
};

/// Machines with volumes, as many as were made.
const MACHINES: Target = Target {
    image: true,
    local_disk: true,
    servers: false,
    balancer: None,
    alertmanager: true,
    replicas: 2,
    most_replicas: 2,
    spare: false,
};

/// A platform that starts replicas anywhere, and more of them under load.
const PLATFORM: Target = Target {
    image: true,
    local_disk: false,
    servers: false,
    balancer: None,
    alertmanager: false,
    replicas: 2,
    most_replicas: MOST_REPLICAS,
    spare: false,
};

/// No deployment: the service runs where its developer starts it.
const NONE: Target = Target {
    image: false,
    local_disk: true,
    servers: false,
    balancer: None,
    alertmanager: false,
    replicas: 1,
    most_replicas: 1,
    spare: false,
};

impl Deploy {
    /// What this target brings.
    pub const fn target(self) -> Target {
        match self {
            Self::Compose => COMPOSE,
            Self::Systemd => SYSTEMD,
            Self::Fly => MACHINES,
            Self::Kubernetes | Self::Aws | Self::Gcp | Self::Azure => PLATFORM,
            Self::None => NONE,
        }
    }
}
