//! The series of the limiter.

use metrics::{<% series.limiter.macros %>};

/// Describes each series, and creates the counters.
pub fn describe() {
<% series.limiter.statements %>
}
