//! The series of the limit that replicas share.

use metrics::{<% series.shared_limit.macros %>};

/// Describes each series, and creates the counters.
pub fn describe() {
<% series.shared_limit.statements %>
}
