//! The series of the other service.

use metrics::{<% series.upstream.macros %>};

/// Describes each, and makes the counters.
pub fn describe() {
<% series.upstream.statements %>
}
