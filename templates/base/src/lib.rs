//! The service as a library, so that tests can start it on a free port.
//!
//! Start with `app`: it has the state and the routes.

//= pub mod
