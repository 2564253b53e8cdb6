//! The series of authorization.

use metrics::{<% series.auth.macros %>};

/// Describes each series, and creates the counters.
pub fn describe() {
<% series.auth.statements %>
}
