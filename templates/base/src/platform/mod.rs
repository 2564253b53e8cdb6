//! What every service needs, whatever it serves. Nothing here knows a resource.

//= pub mod
