//! The series of the cache.

use metrics::{<% series.cache.macros %>};

/// Describes each series, and creates the counters.
pub fn describe() {
<% series.cache.statements %>
}
