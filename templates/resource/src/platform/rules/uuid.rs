use crate::platform::input::Value;

/// The lengths of the groups of digits.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// A UUID in the form of RFC 9562, section 4, of any version; kept in lower case.
///
/// # Errors
/// The rule, if the value breaks it.
pub fn uuid(value: &Value<'_>) -> Result<String, String> {
    let is_valid = |text: &String| {
        let is_hexadecimal = |group: &str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
        text.split('-').map(str::len).eq(GROUPS) && text.split('-').all(is_hexadecimal)
    };
    let text = value.string().filter(is_valid);
    text.map(|text| text.to_ascii_lowercase())
        .ok_or_else(|| "must be a UUID, such as f81d4fae-7dec-11d0-a765-00a0c91e6bf6".to_owned())
}
