//! The service as a library, so that tests can start the real thing on a free port.
//!
//! Read `app` first: it holds the state, the routes, and what runs beside them.

//= pub mod
