//! What a client sends, field by field: the parameters of a request, or the fields of its JSON body. A type says which
//! fields it takes and by which rules; here they are taken, and every fault is collected, so that one answer names all.
//! Faults are told in the words of the API, and repeat no more of a request than [`ECHO`].

use std::{borrow::Cow, ops::RangeInclusive};

use serde_json::{Number, value::RawValue};

use super::error::{Detail, Error, Result};

/// The largest integer that every JSON implementation reads exactly: 2^53 - 1 (RFC 8259, section 6).
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Characters of a request that are repeated in an answer, all names that are not known together.
pub const ECHO: usize = 100;

/// A type that is read from the fields of a request.
pub trait Input {
    /// Takes each field that it knows. When one has a fault the result is discarded, so its place may hold any value.
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

/// A field that has been read and is not kept.
pub struct ReadOnly;

/// The fields of a request that are still to be taken, and the faults of those that were.
pub struct Fields<'a> {
    sent: Vec<Field<'a>>,
    /// The parameters of the path, which a field of the body may repeat.
    path: &'a [(String, String)],
    faults: Vec<Detail>,
}

impl<'a> Fields<'a> {
    pub fn new(sent: Vec<Field<'a>>, path: &'a [(String, String)]) -> Self {
        Self { sent, path, faults: Vec::new() }
    }

    /// Reads a value from all of the fields.
    ///
    /// # Errors
    /// 422 with every fault: fields that are missing, unknown, given more than once, or against their rule.
    pub fn read<T: Input>(mut self) -> Result<T> {
        let value = T::read(&mut self);
        self.refuse_unknown();
        if self.faults.is_empty() { Ok(value) } else { Err(invalid(self.faults)) }
    }

    /// The value of a field that must be there.
    pub fn required<T: Default>(&mut self, name: &str, rule: impl Rule<T>) -> T {
        let Some(value) = self.take(name) else {
            self.fault(name, "is required");
            return T::default();
        };
        self.check(name, &value, rule).unwrap_or_default()
    }

    /// The value of a field that may be absent.
    pub fn optional<T>(&mut self, name: &str, rule: impl Rule<T>) -> Option<T> {
        let value = self.take(name)?;
        self.check(name, &value, rule)
    }

    /// A field that clients may send back as they got it, and cannot set.
    pub fn ignored(&mut self, name: &str) -> ReadOnly {
        self.take(name);
        ReadOnly
    }

    /// As [`Fields::ignored`], an integer that must be the parameter of the path that has its name.
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

    /// Names fields that nothing has taken, as long as there is room for their names.
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
    fn string(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone().into_owned()),
            Self::Json(json) => serde_json::from_str(json.get()).ok(),
        }
    }

    fn integer(&self) -> Option<i64> {
        match self {
            // One way to write each: `+1` and `01` are others.
            Self::Text(text) => text.parse().ok().filter(|integer: &i64| *text == integer.to_string()),
            Self::Json(json) => serde_json::from_str(json.get()).ok().as_ref().and_then(whole),
        }
    }
}

/// JSON knows no difference between `450` and `450.0`. Beyond 2^53 a float stands for several integers.
fn whole(number: &Number) -> Option<i64> {
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= MAX_INTEGER as f64);
    number.as_i64().or(float.map(|float| float as i64))
}

/// Reads a value, or says what it must be.
pub trait Rule<T>: FnOnce(&Value<'_>) -> std::result::Result<T, String> {}
impl<T, R: FnOnce(&Value<'_>) -> std::result::Result<T, String>> Rule<T> for R {}

/// Text of so many characters, none of them a control character.
pub fn text(length: RangeInclusive<usize>) -> impl Rule<String> {
    move |value: &Value<'_>| {
        let allowed = |text: &String| length.contains(&text.chars().count()) && !text.contains(char::is_control);
        let (least, most) = (length.start(), length.end());
        let rule = || format!("must be a string of {least} to {most} characters, none of them a control character");
        value.string().filter(allowed).ok_or_else(rule)
    }
}

/// An integer within these bounds.
pub fn integer(range: RangeInclusive<i64>) -> impl Rule<i64> {
    move |value: &Value<'_>| {
        let rule = || format!("must be an integer from {} to {}", range.start(), range.end());
        value.integer().filter(|integer| range.contains(integer)).ok_or_else(rule)
    }
}

/// The answer to a request that was understood and has these faults.
pub fn invalid(faults: Vec<Detail>) -> Error {
    Error { details: faults, ..Error::of(422) }
}
