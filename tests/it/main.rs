//! All integration tests in one binary: it links once.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the rooms of the crate are not those of its tests, which set up and inspect real directories"
)]

mod aws;
mod azure;
mod balancer;
mod base;
mod ci_scripts;
mod cli;
mod collector;
mod compose;
mod costs;
mod datadog;
mod docs;
mod endpoints;
mod every_stack;
mod fly;
mod gateway;
mod gcp;
mod gitlab;
mod kubernetes;
mod layers;
mod links;
mod memory;
mod merge;
mod no_trace;
mod options;
mod oracle;
mod plants;
mod projects;
mod proof;
mod ratchet;
mod rings;
mod roll;
mod series;
mod settings;
mod snapshots;
mod sources;
mod symptoms;
mod systemd;
