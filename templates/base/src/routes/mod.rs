//! The business endpoints, a file for each resource.

pub mod greet;
//~ if database
pub mod products;
//~ endif
