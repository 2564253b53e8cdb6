//! The description of an added resource, derived from that of products in the same document: the operations are the
//! same, with other names, and the schemas follow from the fields.
//!
//! The keys are in the order in which the service writes them; a test of every generated project compares the two.

use serde_json::{Map, Value, json};

use crate::resource::{Conflicts, Field, Kind, Resource, article, capitalised};

/// Adds the resources to a description that has products.
pub(super) fn add(description: &mut Value, added: &[Resource]) {
    let all: Vec<Resource> = [Resource::products()].into_iter().chain(added.iter().cloned()).collect();
    for resource in added {
        let renamed = Renamed::new(resource);
        let conflicts = Conflicts::of(resource, &all);
        for path in ["/products", "/products/{id}"] {
            let mut operations = renamed.value(&description["paths"][path]);
            for (method, clause) in [("post", &conflicts.on_insert), ("put", &conflicts.on_update)] {
                set_conflict(operations.get_mut(method), clause);
            }
            insert(&mut description["paths"], &path.replace("products", resource.name()), operations);
        }
        for name in ["Found_Product", "Paged_Product"] {
            let schema = renamed.value(&description["components"]["schemas"][name]);
            insert(&mut description["components"]["schemas"], &name.replace("Product", &resource.type_name()), schema);
        }
        for (name, schema) in schemas(resource) {
            insert(&mut description["components"]["schemas"], &name, schema);
        }
    }
    for resource in &all {
        let conflicts = Conflicts::of(resource, &all);
        let path = format!("/{}/{{id}}", resource.name());
        set_conflict(description["paths"][path].get_mut("delete"), &conflicts.on_delete);
    }
}

/// Sets the answer 409 of an operation, if the path has it, or removes it for an empty clause.
fn set_conflict(operation: Option<&mut Value>, clause: &str) {
    let Some(responses) = operation.and_then(|operation| operation.get_mut("responses")).and_then(Value::as_object_mut)
    else {
        return;
    };
    responses.shift_remove("409");
    if !clause.is_empty() {
        let schema = json!({"$ref": "#/components/schemas/Envelope"});
        let content = json!({"application/json": {"schema": schema}});
        responses.insert("409".to_owned(), json!({"description": capitalised(clause), "content": content}));
        responses.sort_keys();
    }
}

/// Adds a member to an object whose keys are sorted.
fn insert(object: &mut Value, name: &str, member: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), member);
        members.sort_keys();
    }
}

/// The words for a product, each with that for another resource.
struct Renamed(Vec<(&'static str, String)>);

impl Renamed {
    fn new(resource: &Resource) -> Self {
        let (noun, one) = (resource.noun(), resource.one());
        let a = article(&noun);
        // The longer ones first, since the shorter are part of them.
        Self(vec![
            ("#/components/schemas/NewProduct", format!("#/components/schemas/New{}", resource.type_name())),
            ("a product", format!("{a} {noun}")),
            ("A product", format!("{} {noun}", capitalised(a))),
            ("list_products", format!("list_{}", resource.name())),
            ("_product", format!("_{one}")),
            ("List products", format!("List {}", resource.nouns())),
            ("products", resource.name().to_owned()),
            ("Product", resource.type_name()),
            ("product", noun),
        ])
    }

    /// The text with the first word that fits at each place replaced.
    fn text(&self, text: &str) -> String {
        let (mut done, mut rest) = (String::new(), text);
        while let Some(first) = rest.chars().next() {
            match self.0.iter().find(|(word, _)| rest.starts_with(word)) {
                Some((word, other)) => {
                    done.push_str(other);
                    rest = &rest[word.len()..];
                }
                None => {
                    done.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        done
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                Value::Object(members.iter().map(|(name, member)| (name.clone(), self.value(member))).collect())
            }
            other => other.clone(),
        }
    }
}

/// The schemas of a resource, of the body that adds one, and of the body that replaces one.
fn schemas(resource: &Resource) -> [(String, Value); 3] {
    let (a, noun) = (article(&resource.noun()).to_owned(), resource.noun());
    let fields = |is_request| resource.fields().iter().map(move |field| (field.name(), property(field, is_request)));
    let time = |description: Option<&str>, is_ignored: bool| {
        let mut time = json!({"type": "string", "format": "date-time"});
        if let Some(description) = description {
            time["description"] = json!(description);
        }
        if is_ignored {
            time["readOnly"] = json!(true);
        }
        time
    };
    let names =
        |is_needed: fn(&Field) -> bool| resource.fields().iter().filter(move |field| is_needed(field)).map(Field::name);
    let always: Vec<&str> = names(|field| !field.is_optional()).collect();
    let shown = ["id"].into_iter().chain(always.iter().copied()).chain(["created_at", "updated_at"]);
    let id = json!({"type": "integer", "format": "int64", "maximum": 9_007_199_254_740_991_i64, "minimum": 1});
    let same = json!({
        "type": "integer", "format": "int64", "description": "If present, must equal the id in the path",
        "readOnly": true,
    });
    let of_response = fields(false).chain([
        ("id", id),
        ("created_at", time(None, false)),
        ("updated_at", time(Some("Time of the last change"), false)),
    ]);
    let of_replacement = fields(true).chain([
        ("id", same),
        ("created_at", time(Some("Ignored"), true)),
        ("updated_at", time(Some("Ignored"), true)),
    ]);
    let adds = format!("The body of a request that adds {a} {noun}.");
    let replaces = format!(
        "The body of a request that replaces {a} {noun}: the new values, or everything that was read, with changes."
    );
    let [one, new, replacement] = resource.schemas();
    [
        (one, object(None, shown.collect(), of_response)),
        (new, object(Some(adds), always.clone(), fields(true))),
        (replacement, object(Some(replaces), always, of_replacement)),
    ]
}

/// The schema of an object; that of a request has a description and no further members.
fn object<'a>(
    description: Option<String>,
    required: Vec<&str>,
    properties: impl Iterator<Item = (&'a str, Value)>,
) -> Value {
    let mut properties: Map<String, Value> = properties.map(|(name, value)| (name.to_owned(), value)).collect();
    properties.sort_keys();
    let mut schema = json!({"type": "object"});
    let is_request = description.is_some();
    if let Some(description) = description {
        schema["description"] = json!(description);
    }
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema["properties"] = Value::Object(properties);
    if is_request {
        schema["additionalProperties"] = json!(false);
    }
    schema
}

fn property(field: &Field, is_request: bool) -> Value {
    let kind: &Kind = field.kind();
    let (name, format) = kind.json_type();
    let mut property = Map::new();
    let types = if field.is_optional() { json!([name, "null"]) } else { json!(name) };
    property.insert("type".to_owned(), types);
    if let Some(format) = format {
        property.insert("format".to_owned(), json!(format));
    }
    if is_request {
        if let Some(description) = field.description() {
            property.insert("description".to_owned(), json!(description));
        }
        property.insert("example".to_owned(), field.example());
    }
    property.extend(kind.json_rules(is_request));
    Value::Object(property)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::precomputed::openapi::render;
    use crate::stack::Stack;

    #[test]
    fn answers_are_sorted_whatever_conflicts_a_resource_has() {
        let standard = Stack::all().into_iter().next().expect("stacks");
        let resources = [("tags", vec!["text:string"]), ("labels", vec!["text:string!"]), ("notes", vec!["ref:tags"])];
        let resources = resources.map(|(name, fields)| Resource::parse(name, fields).expect("valid"));
        let text = render(&standard, "shop-api", &resources).expect("a description");
        let description: Value = serde_json::from_str(&text).expect("JSON");
        for (path, operations) in description["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                let answers: Vec<&String> = operation["responses"].as_object().expect("responses").keys().collect();
                assert!(answers.is_sorted(), "{method} {path}: {answers:?}");
            }
        }
    }
}
