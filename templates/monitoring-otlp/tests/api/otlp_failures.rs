//! Log records that the collector does not take.

use crate::spans_failures::is_bounded;

#[tokio::test]
async fn what_waits_is_bounded_and_what_is_dropped_is_counted() {
    is_bounded("log_records_dropped_total").await;
}
