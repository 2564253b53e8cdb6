//! The series of what the collector does not get.

use metrics::{<% series.export.macros %>};

/// Describes each series, and creates the counters.
pub fn describe() {
<% series.export.statements %>
}
