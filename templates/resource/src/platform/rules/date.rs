use chrono::NaiveDate;

use crate::platform::input::Value;

/// A date as in RFC 3339, such as `2000-02-29`.
///
/// # Errors
/// The rule, if the value breaks it.
pub fn date(value: &Value<'_>) -> Result<NaiveDate, String> {
    let parsed = value.string().and_then(|text| {
        let date: NaiveDate = text.parse().ok()?;
        // Only the form with four digits for the year and two for the rest.
        (text.len() == 10 && date.to_string() == text).then_some(date)
    });
    parsed.ok_or_else(|| "must be a date, such as 2000-02-29".to_owned())
}
