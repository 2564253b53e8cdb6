//! The series of the database.

use metrics::{<% series.database.macros %>};

/// Describes each, and makes the counters.
pub fn describe() {
<% series.database.statements %>
}
