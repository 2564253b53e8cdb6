use crate::platform::input::{Fields, Rule, Value};

/// The value of a field that may be absent or null.
pub fn nullable<T>(fields: &mut Fields<'_>, name: &str, rule: impl Rule<T>) -> Option<T> {
    let unless_null = |value: &Value<'_>| match value {
        Value::Json(json) if json.get() == "null" => Ok(None),
        value => rule(value).map(Some),
    };
    fields.optional(name, unless_null).flatten()
}
