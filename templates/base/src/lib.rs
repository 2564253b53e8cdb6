//! The service as a library, so that tests can start it on a free port.
//!
//! Start with `app`, which has the routes; `state` has what handlers share.

//= pub mod
