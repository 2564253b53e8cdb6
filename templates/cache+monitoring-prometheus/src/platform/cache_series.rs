//! The series of the cache.

use metrics::{<% series.cache.macros %>};

/// Describes each, and makes the counters.
pub fn describe() {
<% series.cache.statements %>
}
