use crate::platform::input::Value;

/// `true` or `false`.
///
/// # Errors
/// The rule, if the value breaks it.
pub fn boolean(value: &Value<'_>) -> Result<bool, String> {
    let parsed = match value {
        Value::Text(text) => text.parse().ok(),
        Value::Json(json) => json.get().parse().ok(),
    };
    parsed.ok_or_else(|| "must be true or false".to_owned())
}
