use std::ops::RangeInclusive;

use crate::platform::input::{Rule, Value};

/// Text with a length in this range, and with line ends and tabs but without other control characters.
pub fn paragraphs(length: RangeInclusive<usize>) -> impl Rule<String> {
    move |value: &Value<'_>| {
        let is_refused = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
        let allowed = |text: &String| length.contains(&text.chars().count()) && !text.contains(is_refused);
        let (least, most) = (length.start(), length.end());
        let rule = || format!("must be a string of {least} to {most} characters, no control characters but line ends");
        value.string().filter(allowed).ok_or_else(rule)
    }
}
