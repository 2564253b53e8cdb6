//! The series of the database.

use metrics::{<% series.database.macros %>};

/// Describes each series, and creates the counters.
pub fn describe() {
<% series.database.statements %>
}
