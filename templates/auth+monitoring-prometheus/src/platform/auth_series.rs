//! The series of authorization.

use metrics::{<% series.auth.macros %>};

/// Describes each, and makes the counters.
pub fn describe() {
<% series.auth.statements %>
}
