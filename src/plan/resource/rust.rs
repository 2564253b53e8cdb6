//! The Rust of a resource whose layout depends on its names and fields.

use super::layout;
use crate::resource::{Field, Kind, Resource};

/// The first parameter of a database operation.
const DATABASE: &str = "database: &Database";

/// The first parameter of an endpoint.
const APP: &str = "State(app): State<Arc<App>>";

pub(super) fn texts(resource: &Resource) -> impl Iterator<Item = (&'static str, String)> {
    statements(resource).into_iter().chain(signatures(resource)).chain(uses(resource))
}

fn statements(resource: &Resource) -> [(&'static str, String); 6] {
    let fields = resource.fields();
    let new = format!("New{}", resource.type_name());
    let names: Vec<&str> = fields.iter().map(Field::name).collect();
    let binds: Vec<String> = fields.iter().map(bind).collect();
    let keys = [".bind(id)".to_owned(), ".bind(version)".to_owned()];
    let reads: Vec<String> = fields.iter().map(|field| format!("{}: {}", field.name(), read(field))).collect();
    let times = ["created_at", "updated_at"].map(|time| format!("{time}: fields.ignored(\"{time}\")"));
    let replaced: Vec<String> = ["id"].iter().chain(&names).map(|name| (*name).to_owned()).chain(times).collect();
    let cache = format!("crate::platform::cache::Cache<crate::{}::{}>", resource.name(), resource.type_name());
    [
        ("insert", layout::chain(4, "let insert", "sqlx::query_as(INSERT)", &binds)),
        ("update", layout::chain(8, "let update", "sqlx::query_as(UPDATE)", &[&binds[..], &keys].concat())),
        ("destructured", layout::destructured(&new, &names, &format!("{new}::read(fields)"))),
        ("literal", layout::literal(&reads)),
        ("replacement_literal", layout::literal(&replaced)),
        ("cache_member", layout::member(&format!("{}_cache", resource.name()), &cache)),
    ]
}

fn signatures(resource: &Resource) -> [(&'static str, String); 4] {
    let one = resource.type_name();
    let page = format!("Result<Json<Paged<{one}>>>");
    let (body, new) = (format!("Body(new): Body<New{one}>"), format!("new: &New{one}"));
    let (added, updated) = (format!("Result<{one}>"), format!("Result<Option<{one}>>"));
    let update = [DATABASE, "id: i64", "new: &Replacement", "conditions: &Conditions"];
    let answer = "Result<impl IntoResponse>";
    [
        ("list_signature", layout::signature("async fn list", &[APP, "Params(page): Params<Page>"], &page)),
        ("create_signature", layout::signature("async fn create", &[APP, "_: Params<()>", &body], answer)),
        ("insert_signature", layout::signature("pub async fn insert", &[DATABASE, &new], &added)),
        ("update_signature", layout::signature("pub async fn update", &update, &updated)),
    ]
}

fn uses(resource: &Resource) -> [(&'static str, String); 4] {
    let (new, one) = (format!("New{}", resource.type_name()), resource.type_name());
    let types = [new.as_str(), &one, "Replacement"];
    let rules = resource.fields().iter().flat_map(|field| field.kind().imports());
    [
        ("own_types", layout::imports(types)),
        ("route_types", layout::imports(types.into_iter().chain(["queries"]))),
        ("chrono", layout::imports(resource.fields().iter().filter_map(chrono).chain(["DateTime", "Utc"]))),
        ("input", layout::imports(rules.chain(["Fields", "Input", "ReadOnly"]))),
    ]
}

/// The expression that reads a field of a request.
fn read(field: &Field) -> String {
    let (name, rule) = (field.name(), field.kind().rule());
    match field.is_optional() {
        true => format!("nullable(fields, \"{name}\", {rule})"),
        false => format!("fields.required(\"{name}\", {rule})"),
    }
}

fn bind(field: &Field) -> String {
    let reference = if field.kind().is_copy() { "" } else { "&" };
    format!(".bind({reference}new.{})", field.name())
}

fn chrono(field: &Field) -> Option<&'static str> {
    (*field.kind() == Kind::Date).then_some("NaiveDate")
}
