//! The series of dependencies and their breakers.

use metrics::{<% series.dependencies.macros %>};

/// Describes each, and makes the counters.
pub fn describe() {
<% series.dependencies.statements %>
}
