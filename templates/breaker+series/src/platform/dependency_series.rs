//! The series of dependencies and their breakers.

use metrics::{<% series.dependencies.macros %>};

/// Describes each series. Each breaker creates its own.
pub fn describe() {
<% series.dependencies.statements %>
}
