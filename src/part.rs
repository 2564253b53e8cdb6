//! The typed facts that several files of a project state, each in its own module. Features add to them; they do not
//! depend on features.

pub mod connections;
pub mod drain;
pub mod indicator;
pub mod limit;
pub mod manifest;
pub mod operator_value;
pub mod panel;
pub mod port;
pub mod secret;
pub mod series;
pub mod server;
pub mod setting;
pub mod symptom;
pub mod versions;
pub mod volume;

use std::borrow::Cow;

pub use drain::Drain;
pub use indicator::Indicator;
pub use limit::{Layer, Limits};
pub use manifest::Manifest;
pub use operator_value::OperatorValue;
pub use panel::{Dashboards, Panel, Section, Unit};
pub use port::Port;
pub use secret::Secret;
pub use series::{AllSeries, Series};
pub use server::{Development, Server};
pub use setting::{Deployed, Group, SecretSetting, Setting, Settings};
pub use symptom::{Condition, Scope, Symptoms, SymptomsOf};

/// The job in queries and rules of facts, which do not know the name of the project: Prometheus has that name for it.
const JOB: &str = "job=\"app\"";

/// Names the job of queries and rules after `project`.
fn name_job(text: &str, project: &str) -> String {
    text.replace(JOB, &format!("job=\"{project}\"")).replace("job: app\n", &format!("job: {project}\n"))
}

/// Writes settings as the files of a target have them: variables of its templates, for a project of this label.
pub type TargetVariables = fn(&Settings, &str) -> Vec<(&'static str, minijinja::Value)>;

/// The facts of all features of a stack.
#[derive(Debug, Default)]
pub struct Parts {
    /// `Cargo.toml`.
    pub manifest: Manifest,
    /// The environment variables of the service.
    pub settings: Settings,
    /// Time-outs and bounds.
    pub limits: Limits,
    /// The metrics.
    pub series: AllSeries,
    /// What can go wrong, for alerts and the runbook.
    pub symptoms: Symptoms,
    /// What the objective is measured by, where anything is.
    pub indicator: Option<Indicator>,
    /// How long replicas may drain, if there is a deployment.
    pub drain: Option<Drain>,
    /// The settings as only the target of the deployment has them.
    pub target_variables: Option<TargetVariables>,
    /// Servers that run beside the project.
    pub servers: Vec<Server>,
    /// Ports on which the project or a service listens.
    pub ports: Vec<Port>,
    /// The dashboards.
    pub dashboards: Dashboards,
    /// Values of a deployment that only its operator knows, besides settings of the service.
    pub operator_values: Vec<OperatorValue>,
    /// Files with secrets that a deployment mounts into its services.
    pub secrets: Vec<Secret>,
    /// Volumes for the data of a deployment.
    pub volumes: Vec<&'static str>,
    /// The commands to run after the project is written.
    pub next_steps: Vec<Cow<'static, str>>,
}
