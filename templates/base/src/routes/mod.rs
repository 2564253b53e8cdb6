//! The business endpoints, a file for each resource.

//= pub mod
