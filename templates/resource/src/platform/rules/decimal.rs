use crate::platform::input::Value;

/// The maximum number of digits before and after the point.
const DIGITS: usize = 18;

/// An exact decimal number as a string, such as `"12.50"`: JSON numbers are often parsed as floats, which are not exact.
///
/// # Errors
/// The rule, if the value breaks it.
pub fn decimal(value: &Value<'_>) -> Result<String, String> {
    let is_valid = |text: &String| {
        let number = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
        let is_digits =
            |part: &str| (1..=DIGITS).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        is_digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(is_digits)
    };
    let rule = || format!("must be a decimal number as a string, such as \"12.50\", of at most {DIGITS} digits a side");
    value.string().filter(is_valid).ok_or_else(rule)
}
