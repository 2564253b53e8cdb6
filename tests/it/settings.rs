//! `.env.example` is derived, `src/config.rs` is hand-written: they must agree.

use restwell::plan::Plan;

use crate::projects::{NAME, rust_distinct};

#[test]
fn every_setting_is_a_field_of_the_configuration_in_the_same_words() {
    for project in rust_distinct() {
        let plan = Plan::new(&project.stack, NAME);
        let config = syn::parse_file(project.text("src/config.rs")).expect("parses");
        let fields: Vec<(String, String)> = config.items.iter().flat_map(settings).collect();
        let listed: Vec<(String, String)> =
            plan.parts.settings.iter().map(|setting| (setting.name.to_owned(), setting.about.to_owned())).collect();
        for setting in &listed {
            assert!(fields.contains(setting), "{setting:?} is not in src/config.rs: {fields:#?}");
        }
        assert_eq!(fields.len(), listed.len(), "{}: {fields:#?}", project.id());
    }
}

/// The variables and first lines of documentation of the fields of `struct Config`.
fn settings(item: &syn::Item) -> Vec<(String, String)> {
    let syn::Item::Struct(found) = item else { return Vec::new() };
    if found.ident != "Config" {
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
