//! The series of requests and of the process. The modules whose names end in `_series` do the same for one part of the
//! service each.

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};

/// Describes each series, and creates the counters with 0: `increase` would not see the first failure of a counter that
/// appears only then.
pub fn describe() {
<% series.service.statements %>
    gauge!("build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
}
