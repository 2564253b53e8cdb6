//! `.env.example` is derived, the settings of each module are hand-written: they must agree.

use std::collections::{BTreeSet, HashMap};

use restwell::part::Setting;
use restwell::plan::Plan;

use crate::projects::{NAME, rust_distinct};

/// What is known of a setting in both places.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    variable: String,
    documentation: String,
    /// Whether its value may be in a file.
    is_secret: bool,
}

#[test]
fn every_setting_is_a_field_with_the_same_description() {
    let mut known: HashMap<&str, Vec<Field>> = HashMap::new();
    for project in rust_distinct() {
        let plan = Plan::new(&project.stack, NAME);
        let mut fields: Vec<Field> = Vec::new();
        for (path, text) in project.rust(&["src"]).filter(|(_, text)| text.contains("#[arg(")) {
            let found = known.entry(text).or_insert_with(|| {
                let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
                file.items.iter().flat_map(settings).collect()
            });
            fields.extend(found.iter().cloned());
        }
        let field = |setting: &Setting| Field {
            variable: setting.name.to_owned(),
            documentation: setting.about.to_owned(),
            is_secret: setting.secret,
        };
        let listed: Vec<Field> = plan.parts.settings.iter().map(field).collect();
        for setting in &listed {
            assert!(fields.contains(setting), "{setting:?} is not in src/: {fields:#?}");
        }
        assert_eq!(fields.len(), listed.len(), "{}: {fields:#?}", project.id());
    }
}

#[test]
fn every_setting_has_examples_for_the_tests_of_the_project() {
    for project in rust_distinct() {
        let files = project.files().filter(|(path, _)| path.starts_with("tests/settings"));
        let names = files.flat_map(|(path, text)| {
            let rules = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text);
            rules.unwrap_or_else(|error| panic!("{path}: {error}")).into_iter().map(|(name, _)| name)
        });
        let settings = Plan::new(&project.stack, NAME).parts.settings;
        let settings: BTreeSet<String> = settings.iter().map(|setting| setting.name.to_owned()).collect();
        assert_eq!(names.collect::<BTreeSet<_>>(), settings, "{}", project.id());
    }
}

/// The fields, if this is a `Settings` or `Config`.
fn settings(item: &syn::Item) -> Vec<Field> {
    let syn::Item::Struct(found) = item else { return Vec::new() };
    if found.ident != "Settings" && found.ident != "Config" {
        return Vec::new();
    }
    let is_setting = |field: &&syn::Field| field.attrs.iter().any(|attribute| attribute.path().is_ident("arg"));
    found.fields.iter().filter(is_setting).map(field).collect()
}

fn field(field: &syn::Field) -> Field {
    let hides = |attribute: &syn::Attribute| match &attribute.meta {
        syn::Meta::List(list) => list.tokens.to_string().contains("hide_env_values = true"),
        _ => false,
    };
    let is_secret = field.attrs.iter().any(hides);
    Field { variable: variable(field), documentation: documentation(field), is_secret }
}

/// `env = "NAME"`, or for a bare `env` the name of the field in capitals.
fn variable(field: &syn::Field) -> String {
    let mut name = field.ident.as_ref().expect("fields of Config are named").to_string().to_uppercase();
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("arg")) {
        let syn::Meta::List(list) = &attribute.meta else { continue };
        let text = list.tokens.to_string();
        if let Some((_, rest)) = text.split_once("env = \"") {
            name = rest.split('"').next().unwrap_or_default().to_owned();
        }
    }
    name
}

fn documentation(field: &syn::Field) -> String {
    let line = field.attrs.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    line.unwrap_or_default().trim().to_owned()
}
