//! The series of the limit that replicas share.

use metrics::{<% series.shared_limit.macros %>};

/// Describes each, and makes the counters.
pub fn describe() {
<% series.shared_limit.statements %>
}
