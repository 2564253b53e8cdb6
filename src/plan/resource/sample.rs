//! The values of fields in the tests of a resource.

use std::collections::BTreeMap;

use minijinja::Value;

use super::layout;
use crate::resource::{Field, Kind};

/// The value of a field in a test, in Rust. That of a unique field differs with `number`.
pub(super) fn sample(field: &Field) -> String {
    match field.kind() {
        Kind::Ref(_) => field.name().to_owned(),
        _ if !field.is_unique() => field.example().to_string(),
        Kind::String | Kind::Text => format!("format!(\"{} {{number}}\")", field.noun()),
        Kind::Integer(_) => "number".to_owned(),
        Kind::Bool => "number % 2 == 0".to_owned(),
        Kind::Decimal => "format!(\"{number}.50\")".to_owned(),
        Kind::Date => "format!(\"{}-02-28\", 2000 + number)".to_owned(),
        Kind::Datetime => "format!(\"{}-02-28T12:30:00Z\", 2000 + number)".to_owned(),
        Kind::Uuid => "format!(\"f81d4fae-7dec-11d0-a765-{number:012x}\")".to_owned(),
    }
}

/// A field that refers to another resource, with the body that adds one. Two fields refer to different ones.
pub(super) fn referred(field: &Field, all: &[Field]) -> Option<Value> {
    let Kind::Ref(resource) = field.kind() else { return None };
    let before = all.iter().take_while(|other| other.name() != field.name());
    let number = match before.filter(|other| other.kind() == field.kind()).count() {
        0 => "number".to_owned(),
        before => format!("number + {before}00"),
    };
    let body = match resource.as_str() {
        "products" => format!("json!({{\"name\": format!(\"{} {{number}}\"), \"price_cents\": 1}})", field.noun()),
        other => format!("crate::{other}::body(server, {number}).await"),
    };
    let name = field.name();
    let body = layout::assignment(4, &format!("let {name}"), &body);
    let add = format!("referred(server, \"/{resource}\", {name}).await");
    let add = layout::assignment(4, &format!("let {name}"), &add);
    let texts = [("name", name), ("resource", resource), ("body", &body), ("add", &add)];
    Some(BTreeMap::from(texts.map(|(name, text)| (name, Value::from(text)))).into())
}
