//! `.env.example` is derived, the settings of each module are hand-written: they must agree.

use std::collections::HashMap;

use restwell::plan::Plan;

use crate::projects::{NAME, rust_distinct};

#[test]
fn every_setting_is_a_field_with_the_same_description() {
    let mut known: HashMap<&str, Vec<(String, String)>> = HashMap::new();
    for project in rust_distinct() {
        let plan = Plan::new(&project.stack, NAME);
        let mut fields: Vec<(String, String)> = Vec::new();
        for (path, text) in project.rust(&["src"]).filter(|(_, text)| text.contains("#[arg(")) {
            let found = known.entry(text).or_insert_with(|| {
                let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
                file.items.iter().flat_map(settings).collect()
            });
            fields.extend(found.iter().cloned());
        }
        let listed: Vec<(String, String)> =
            plan.parts.settings.iter().map(|setting| (setting.name.to_owned(), setting.about.to_owned())).collect();
        for setting in &listed {
            assert!(fields.contains(setting), "{setting:?} is not in src/: {fields:#?}");
        }
        assert_eq!(fields.len(), listed.len(), "{}: {fields:#?}", project.id());
    }
}

/// The variables and first lines of documentation of the fields, if this is a `Settings` or `Config`.
fn settings(item: &syn::Item) -> Vec<(String, String)> {
    let syn::Item::Struct(found) = item else { return Vec::new() };
    if found.ident != "Settings" && found.ident != "Config" {
        return Vec::new();
    }
    let is_setting = |field: &&syn::Field| field.attrs.iter().any(|attribute| attribute.path().is_ident("arg"));
    found.fields.iter().filter(is_setting).map(|field| (variable(field), documentation(field))).collect()
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
