use chrono::{DateTime, SubsecRound, Utc};

use crate::platform::input::Value;

/// A moment as in RFC 3339, such as `2000-02-29T12:30:00Z`. It is kept to the microsecond.
///
/// # Errors
/// The rule, if the value breaks it.
pub fn datetime(value: &Value<'_>) -> Result<DateTime<Utc>, String> {
    let parsed = value.string().and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
    let rule = || "must be a time with its offset, such as 2000-02-29T12:30:00Z".to_owned();
    parsed.map(|time| time.to_utc().trunc_subsecs(6)).ok_or_else(rule)
}
