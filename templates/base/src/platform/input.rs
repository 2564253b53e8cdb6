//! Parses request data field by field: the parameters of a request, or the fields of its JSON body. A type lists its
//! fields and their rules; all faults are collected, so that one response lists them all. Their messages use the terms
//! of the API, and repeat at most [`ECHO`] characters of a request.

use std::{borrow::Cow, ops::RangeInclusive};

use serde_json::{Number, value::RawValue};

use super::error::{Detail, Error, Result};

/// The largest integer that every JSON implementation parses exactly: 2^53 - 1 (RFC 8259, section 6).
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// The maximum number of characters of a request in a response, for all unknown names together.
pub const ECHO: usize = 100;

/// A type that is parsed from the fields of a request.
pub trait Input {
    /// Takes each field of the type. If any has a fault, the result is discarded, so the value of that field is
    /// irrelevant.
    fn read(fields: &mut Fields<'_>) -> Self;
}

/// An operation without parameters.
impl Input for () {
    fn read(_: &mut Fields<'_>) {}
}

/// The value of a field, as it was sent.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// Of a parameter, percent-decoded.
    Text(Cow<'a, str>),
    /// Of a field of a JSON body.
    Json(&'a RawValue),
}

/// A field that was sent, with its name.
pub type Field<'a> = (String, Value<'a>);

/// A field that is accepted but not used.
pub struct ReadOnly;

/// The fields of a request that have not been taken yet, and the faults of those that have.
pub struct Fields<'a> {
    sent: Vec<Field<'a>>,
    /// The path parameters, which a field of the body may repeat.
    path: &'a [(String, String)],
    faults: Vec<Detail>,
}

impl<'a> Fields<'a> {
    pub fn new(sent: Vec<Field<'a>>, path: &'a [(String, String)]) -> Self {
        Self { sent, path, faults: Vec::new() }
    }

    /// Parses a value from all of the fields.
    ///
    /// # Errors
    /// 422 with every fault: fields that are missing, unknown, repeated, or invalid.
    pub fn read<T: Input>(mut self) -> Result<T> {
        let value = T::read(&mut self);
        self.refuse_unknown();
        if self.faults.is_empty() { Ok(value) } else { Err(invalid(self.faults)) }
    }

    /// The value of a required field.
    pub fn required<T: Default>(&mut self, name: &str, rule: impl Rule<T>) -> T {
        let Some(value) = self.take(name) else {
            self.fault(name, "is required");
            return T::default();
        };
        self.check(name, &value, rule).unwrap_or_default()
    }

    /// The value of an optional field.
    pub fn optional<T>(&mut self, name: &str, rule: impl Rule<T>) -> Option<T> {
        let value = self.take(name)?;
        self.check(name, &value, rule)
    }

    /// A read-only field, which clients may send back.
    pub fn ignored(&mut self, name: &str) -> ReadOnly {
        self.take(name);
        ReadOnly
    }

    /// Like [`Fields::ignored`], for an integer that must equal the path parameter of the same name.
    pub fn same_as_path(&mut self, name: &str) -> ReadOnly {
        if let Some(value) = self.take(name) {
            let path = self.path.iter().find(|(parameter, _)| parameter == name);
            let same = value.integer().is_some_and(|id| path.is_some_and(|(_, path)| *path == id.to_string()));
            if !same {
                self.fault(name, "must be the one in the path");
            }
        }
        ReadOnly
    }

    /// The value of a field, unless it is absent. An empty parameter counts as absent.
    fn take(&mut self, name: &str) -> Option<Value<'a>> {
        let sent: Vec<Field<'a>> = self.sent.extract_if(.., |(sent, _)| sent == name).collect();
        if sent.len() > 1 {
            self.fault(name, "is given more than once");
        }
        let value = sent.into_iter().next().map(|(_, value)| value);
        value.filter(|value| !matches!(value, Value::Text(text) if text.is_empty()))
    }

    fn check<T>(&mut self, name: &str, value: &Value<'_>, rule: impl Rule<T>) -> Option<T> {
        rule(value).inspect_err(|broken| self.fault(name, broken)).ok()
    }

    fn fault(&mut self, name: &str, message: &str) {
        self.faults.push(Detail { field: name.to_owned(), message: message.to_owned() });
    }

    /// Reports the fields that were not taken, within [`ECHO`] characters.
    fn refuse_unknown(&mut self) {
        let mut names: Vec<String> = std::mem::take(&mut self.sent).into_iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        let (mut left, count) = (ECHO, names.len());
        for (named, name) in names.into_iter().enumerate() {
            if left == 0 {
                self.fault("…", &format!("{} more are unknown", count - named));
                break;
            }
            let mut shown: String = name.chars().take(left).collect();
            left -= shown.chars().count();
            if shown.len() < name.len() {
                shown.push('…');
            }
            self.fault(&shown, "is unknown");
        }
    }
}

impl Value<'_> {
    /// The text, if it is a string.
    pub fn string(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone().into_owned()),
            Self::Json(json) => serde_json::from_str(json.get()).ok(),
        }
    }

    fn integer(&self) -> Option<i64> {
        match self {
            // Only the canonical form, not `+1` or `01`.
            Self::Text(text) => text.parse().ok().filter(|integer: &i64| *text == integer.to_string()),
            Self::Json(json) => serde_json::from_str(json.get()).ok().as_ref().and_then(whole),
        }
    }
}

/// In JSON `450` and `450.0` are the same number. Beyond 2^53 a float is not exact.
fn whole(number: &Number) -> Option<i64> {
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= MAX_INTEGER as f64);
    number.as_i64().or(float.map(|float| float as i64))
}

/// Parses a value, or returns the rule that it breaks.
pub trait Rule<T>: FnOnce(&Value<'_>) -> std::result::Result<T, String> {}
impl<T, R: FnOnce(&Value<'_>) -> std::result::Result<T, String>> Rule<T> for R {}

/// Text with a length in this range and without control characters.
pub fn text(length: RangeInclusive<usize>) -> impl Rule<String> {
    move |value: &Value<'_>| {
        let allowed = |text: &String| length.contains(&text.chars().count()) && !text.contains(char::is_control);
        let (least, most) = (length.start(), length.end());
        let rule = || format!("must be a string of {least} to {most} characters, none of them a control character");
        value.string().filter(allowed).ok_or_else(rule)
    }
}

/// An integer in this range.
pub fn integer(range: RangeInclusive<i64>) -> impl Rule<i64> {
    move |value: &Value<'_>| {
        let rule = || format!("must be an integer from {} to {}", range.start(), range.end());
        value.integer().filter(|integer| range.contains(integer)).ok_or_else(rule)
    }
}

/// The error for a well-formed request with these faults.
pub fn invalid(faults: Vec<Detail>) -> Error {
    Error { details: faults, ..Error::of(422) }
}
