//! The series of the limiter.

use metrics::{<% series.limiter.macros %>};

/// Describes each, and makes the counters.
pub fn describe() {
<% series.limiter.statements %>
}
