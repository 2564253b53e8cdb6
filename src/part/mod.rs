//! The typed facts of a project that several of its files tell, each in a file of its own. Features add to them; no fact
//! knows a feature.

pub mod limit;
pub mod manifest;
pub mod operator_value;
pub mod port;
pub mod series;
pub mod service;
pub mod setting;
pub mod versions;
pub mod volume;

use std::borrow::Cow;

pub use limit::{Layer, Limits};
pub use manifest::Manifest;
pub use operator_value::OperatorValue;
pub use port::Port;
pub use series::{AllSeries, Series};
pub use service::Service;
pub use setting::{Group, Setting, Settings};

/// What the wanted features said, all together.
#[derive(Debug, Default)]
pub struct Parts {
    /// `Cargo.toml`.
    pub manifest: Manifest,
    /// What can be set from the environment.
    pub settings: Settings,
    /// Time-outs and bounds.
    pub limits: Limits,
    /// What is measured.
    pub series: AllSeries,
    /// Servers that run beside the project where it is deployed.
    pub services: Vec<Service>,
    /// Ports that are listened on, by the project or by the services.
    pub ports: Vec<Port>,
    /// What only an operator knows, where it is deployed.
    pub operator_values: Vec<OperatorValue>,
    /// Volumes that keep data where it is deployed.
    pub volumes: Vec<&'static str>,
    /// What to do after the project is written, as commands.
    pub next_steps: Vec<Cow<'static, str>>,
}
