//! What the templates of a resource print: lines for each field, and sentences that depend on several of them.
//!
//! A template whose path contains [`PLACEHOLDER`] is rendered once for each resource.

mod layout;
mod migration;
mod rust;
mod sample;
mod statement;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use minijinja::Value;

use crate::feature::wanted;
use crate::resource::{self, Conflicts, Dialect, Field, Kind, Mistake, Resource, article, capitalised};
use crate::stack::Stack;
use crate::template;

pub use migration::is_rebuilt;
use sample::{referred, sample};
use table::{is_indexed, table};

/// The template folder of what only added resources need: their tests, and the rules of further types.
pub(super) const FOLDER: &str = "resource";

/// The part of a template's path that stands for the name of the resource.
pub(super) const PLACEHOLDER: &str = "{resource}";

/// The part of a template's path that stands for the number of the resource's migration.
const NUMBER: &str = "{number}";

/// The variables of a template by name.
type Variables = BTreeMap<&'static str, Value>;

/// The resources of a project, with the variables of each.
pub(super) struct Resources {
    all: Vec<Resource>,
    variables: Vec<Value>,
    /// The number of the migration of each.
    numbers: Vec<usize>,
    dialect: Dialect,
}

/// Whether a template is rendered once for each resource.
pub(super) fn is_repeated(template: &Utf8Path) -> bool {
    template.as_str().contains(PLACEHOLDER)
}

/// Checks that a project can have these resources besides products.
///
/// # Errors
/// [`Mistake`]
pub fn check(added: &[Resource]) -> Result<(), Mistake> {
    match added.iter().find(|resource| is_taken(resource.name())) {
        Some(resource) => Err(Mistake::Module(resource.name().to_owned())),
        None => resource::check(added),
    }
}

/// Whether projects of some stack have a module of this name in `src/` or `tests/api/`, or a table.
fn is_taken(name: &str) -> bool {
    let has = |path: &Utf8Path| {
        if path.starts_with("migrations") {
            return path.file_stem().and_then(|stem| stem.split_once('_')).is_some_and(|(_, table)| table == name);
        }
        let inside = ["src", "tests/api"].iter().find_map(|folder| path.strip_prefix(folder).ok());
        inside.and_then(|inside| inside.iter().next()).is_some_and(|first| first.trim_end_matches(".rs") == name)
    };
    template::folders().into_iter().flat_map(template::folder).any(|(path, _)| has(&path))
}

impl Resources {
    pub(super) fn new(all: Vec<Resource>, stack: &Stack) -> Self {
        let variables = all.iter().map(|resource| fields(resource, &all, stack)).collect();
        // Products have the first migration; those of added resources follow the last one that a template has.
        let last = wanted(stack).flat_map(|feature| template::folder(feature.id)).filter_map(|(path, _)| number(&path));
        let last = last.max().unwrap_or(1);
        let numbers = (0..all.len()).map(|index| if index == 0 { 1 } else { last + index }).collect();
        Self { all, variables, numbers, dialect: Dialect::of(stack.database) }
    }

    /// The migrations that change a table: each with its path and its SQL. They follow those that create the tables.
    pub(super) fn migrations(&self) -> impl Iterator<Item = (Utf8PathBuf, String)> {
        let last = self.numbers.iter().max().copied().unwrap_or_default();
        let all = self.all.iter().flat_map(|resource| migration::of(resource, self.dialect));
        let path = |number, name| format!("migrations/{number:04}_{name}.sql").into();
        all.zip(last + 1..).map(move |((name, sql), number)| (path(number, name), sql))
    }

    pub(super) fn variables(&self) -> Vec<Value> {
        self.variables.clone()
    }

    /// The path of a template and its variables, for each resource.
    pub(super) fn each(&self, template: &Utf8Path) -> impl Iterator<Item = (Utf8PathBuf, Value)> {
        let path = |resource: &Resource, number: usize| {
            template.as_str().replace(PLACEHOLDER, resource.name()).replace(NUMBER, &format!("{number:04}")).into()
        };
        let resources = self.all.iter().zip(&self.numbers).zip(&self.variables);
        resources.map(move |((resource, number), variables)| (path(resource, *number), variables.clone()))
    }

    /// As [`Resources::each`], for a template of [`FOLDER`]: once for each resource but products, or, if the resources
    /// need it, once.
    pub(super) fn added(&self, template: &Utf8Path) -> Vec<(Utf8PathBuf, Option<Value>)> {
        if is_repeated(template) {
            return self.each(template).skip(1).map(|(path, fields)| (path, Some(fields))).collect();
        }
        let needed: BTreeSet<&str> = self.all.iter().flat_map(Resource::fields).flat_map(rules).collect();
        let is_needed = |module: &str| needed.contains(module) || module == "mod" && !needed.is_empty();
        match template.file_stem() {
            Some(module) if is_needed(module) => vec![(template.to_owned(), None)],
            _ => Vec::new(),
        }
    }

    /// Sums over the caches of all resources.
    pub(super) fn caches(&self) -> Value {
        let of = |name: &str, what: &str| {
            let terms = self.all.iter().map(|resource| format!("app.{}_cache.copies().{what}()", resource.name()));
            layout::sum(&format!("let {name}"), &terms.collect::<Vec<_>>())
        };
        BTreeMap::from([("entries", of("entries", "size")), ("loads", of("loads", "loading"))]).into()
    }
}

/// The number of a migration in a template folder.
fn number(template: &Utf8Path) -> Option<usize> {
    template.strip_prefix("migrations").ok()?.as_str().split_once('_')?.0.parse().ok()
}

/// The variables of one resource. `all` has every resource of the project.
fn fields(resource: &Resource, all: &[Resource], stack: &Stack) -> Value {
    let dialect = Dialect::of(stack.database);
    let (fields, created) = (resource.fields(), resource.created());
    let texts = words(resource).into_iter().chain(statement::texts(resource)).chain(rust::texts(resource));
    let conflicts = Conflicts::of(resource, all);
    let rules: BTreeSet<&str> = fields.iter().flat_map(rules).collect();
    let lists = [
        ("rules", rules.into_iter().map(str::to_owned).collect()),
        ("table", table(created, dialect, |_| None)),
        ("indexes", created.iter().filter(|field| is_indexed(field)).map(|field| field.name().to_owned()).collect()),
        ("taken_const", constant(&conflicts)),
        ("insert_errors", insert_errors(&conflicts)),
        ("insert_conflict", answer(&conflicts.on_insert)),
        ("update_conflict", answer(&conflicts.on_update)),
        ("delete_conflict", answer(&conflicts.on_delete)),
    ];
    // What is unique, and what is referred to, differs with the number.
    let is_counted = fields.iter().any(|field| field.is_unique() || matches!(field.kind(), Kind::Ref(_)));
    let references: Vec<Value> = fields.iter().filter_map(|field| referred(field, fields)).collect();
    let of = |wanted: &dyn Fn(&Field) -> bool| fields.iter().filter(|one| wanted(one)).map(field).collect::<Value>();
    let more = [
        ("server", Value::from(if references.is_empty() { "_" } else { "server" })),
        ("counter", if is_counted { "number" } else { "_" }.into()),
        ("references", references.into()),
        ("unique", of(&|field| field.is_unique())),
        ("required", of(&|field| !field.is_optional())),
        ("optional", of(&|field| field.is_optional())),
        ("fields", fields.iter().map(field).collect()),
        ("update_errors", update_errors(&conflicts).into()),
        ("run_insert", run(&conflicts, "insert.fetch_one(&database.pool)").into()),
        ("run_update", run(&conflicts, "update.fetch_optional(&database.pool)").into()),
    ];
    let texts = texts.map(|(name, text)| (name, Value::from(text)));
    texts
        .into_iter()
        .chain(lists.map(|(name, lines)| (name, Value::from(lines))))
        .chain(more)
        .collect::<Variables>()
        .into()
}

/// Its names.
fn words(resource: &Resource) -> [(&'static str, String); 7] {
    [
        ("name", resource.name().to_owned()),
        ("one", resource.one()),
        ("noun", resource.noun()),
        ("nouns", resource.nouns()),
        ("title", capitalised(&resource.nouns())),
        ("type", resource.type_name()),
        ("a", article(&resource.noun()).to_owned()),
    ]
}

/// The rules of a field that `platform::input` does not have.
fn rules(field: &Field) -> impl Iterator<Item = &'static str> + use<> {
    field.kind().module().into_iter().chain(field.is_optional().then_some("nullable"))
}

/// The lines of one field.
fn field(field: &Field) -> Value {
    let (name, kind) = (field.name(), field.kind());
    let schema = |attributes: Vec<String>| match attributes.as_slice() {
        [] => String::new(),
        attributes => layout::attribute("schema", attributes) + "\n",
    };
    let doc = field.description().map(|text| format!("    /// {text}\n")).unwrap_or_default();
    let member = format!("    pub {name}: {},", field.rust());
    let request = kind.schema_of_request().into_iter().chain([format!("example = {}", field.example())]).collect();
    Value::from(BTreeMap::from([
        ("name", name.to_owned()),
        ("in_response", schema(kind.schema_of_response()) + &member),
        ("in_request", doc + &schema(request) + &member),
        ("article", article(&field.noun()).to_owned()),
        ("sample", sample(field)),
        ("validated", if field.is_optional() { "is_optional" } else { "is_required" }.to_owned()),
    ]))
}

/// The message of a violated unique constraint.
fn constant(conflicts: &Conflicts) -> Vec<String> {
    let lines =
        |taken: &String| vec![layout::assignment(0, "const TAKEN: &str", &format!("\"{taken}\"")), String::new()];
    conflicts.taken.as_ref().map(lines).unwrap_or_default()
}

/// The call of the database for a write.
fn run(conflicts: &Conflicts, call: &str) -> String {
    match conflicts.taken {
        Some(_) => format!("database.run_unique({call}, TAKEN).await"),
        None => format!("database.run({call}).await"),
    }
}

fn insert_errors(conflicts: &Conflicts) -> Vec<String> {
    if conflicts.on_insert.is_empty() {
        return Vec::new();
    }
    vec!["/// # Errors".to_owned(), format!("/// 409 if {}.", conflicts.on_insert)]
}

fn update_errors(conflicts: &Conflicts) -> String {
    if conflicts.on_update.is_empty() { String::new() } else { format!("409 if {}, ", conflicts.on_update) }
}

/// The line of the description of an operation.
fn answer(clause: &str) -> Vec<String> {
    let line = || format!("    (status = 409, description = \"{}\", body = Envelope),", capitalised(clause));
    (!clause.is_empty()).then(line).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Database;
    use crate::precomputed::openapi;
    use crate::resource::TYPES;

    /// The words of a text that look like types.
    fn types(text: &str) -> impl Iterator<Item = &str> {
        let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words.filter(|word| word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase))
    }

    #[test]
    fn types_that_templates_of_a_resource_import_are_refused() {
        let templates = template::folders().into_iter().flat_map(template::folder);
        let templates = templates.filter(|(path, _)| is_repeated(path) && path.extension() == Some("rs"));
        for (path, text) in templates.filter(|(path, _)| !path.as_str().starts_with("tests")) {
            for word in text.lines().filter(|line| line.starts_with("use ")).flat_map(types) {
                assert!(TYPES.contains(&word), "{path}: {word}");
            }
        }
    }

    #[test]
    fn types_with_a_schema_in_some_project_are_refused() {
        for stack in Stack::all().into_iter().filter(|stack| stack.database != Database::None) {
            let text = openapi::render(&stack, "shop", &[]).expect("it is stored");
            let description: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let schemas = description["components"]["schemas"].as_object().expect("an object");
            // Those of products are renamed for another resource; `Found_…` and `Paged_…` contain its type.
            for name in schemas.keys().filter(|name| !name.contains("Product") && !name.contains('_')) {
                assert!(TYPES.contains(&name.as_str()), "{name}");
            }
        }
    }

    #[test]
    fn a_parameter_of_a_test_that_is_not_used_has_no_name() {
        let resource: Resource = "tags number:string".parse().expect("valid");
        let stack = Stack::resolve(&crate::stack::Answers::default()).expect("valid").stack;
        let variables = fields(&resource, std::slice::from_ref(&resource), &stack);
        let name = |name: &str| variables.get_attr(name).expect("it is there").to_string();
        assert_eq!((name("server"), name("counter")), ("_".to_owned(), "_".to_owned()));
    }
}
