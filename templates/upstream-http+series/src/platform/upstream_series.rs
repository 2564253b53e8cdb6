//! The series of the other service.

use metrics::{<% series.upstream.macros %>};

/// Describes each series, and creates the counters.
pub fn describe() {
<% series.upstream.statements %>
}
