//! The schema of `[[resource]]` in an answers file.

use serde::Serialize;

use super::{List, Text};

/// A resource.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Table {
    r#type: &'static str,
    properties: Properties,
    required: [&'static str; 2],
    additional_properties: bool,
}

#[derive(Serialize)]
struct Properties {
    name: Text,
    fields: List<Text>,
    was: List<List<Text>>,
}

impl List<Table> {
    pub(super) fn resources() -> Self {
        let text = |description| Text { r#type: "string", description, pattern: None };
        let fields = |description| List {
            r#type: "array",
            description,
            items: text("A field, such as `number:string!`, `note:text?` or `ref:products`"),
        };
        let properties = Properties {
            name: text("A noun in the plural, such as `orders`"),
            fields: fields("Its fields"),
            was: List {
                r#type: "array",
                description: "The lists of fields that it had before, the last one first: each is a migration",
                items: fields("Its fields at that time"),
            },
        };
        Self {
            r#type: "array",
            description: "Resources besides products: tables with their endpoints",
            items: Table { r#type: "object", properties, required: ["name", "fields"], additional_properties: false },
        }
    }
}
