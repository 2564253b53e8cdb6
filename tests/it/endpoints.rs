//! The table of endpoints in a README and the API description have the same endpoints.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::projects::rust_distinct;

/// In the table, and in no description: the description itself, in both of its forms.
const DESCRIPTION: [&str; 2] = ["GET /docs", "GET /openapi.json"];

#[test]
fn the_readme_lists_the_endpoints_of_the_api_description() {
    for project in rust_distinct() {
        let mut described = described(project.text("openapi.json"));
        described.extend(DESCRIPTION.map(str::to_owned));
        assert_eq!(listed(project.text("README.md")), described, "{}", project.id());
    }
}

#[test]
fn a_request_in_a_row_is_read_without_its_query() {
    let table =
        "## Endpoints\n\n| `GET /a?b=1`, `HEAD /a` | `GET /c` follows |\n\nText `GET /d`.\n## Errors\n| `GET /e` |";
    assert_eq!(listed(table), ["GET /a", "HEAD /a"].map(str::to_owned).into());
}

/// `GET /products/{id}` for each operation.
fn described(openapi: &str) -> BTreeSet<String> {
    let openapi: Value = serde_json::from_str(openapi).expect("JSON");
    let paths = openapi["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, operations)| {
        let methods = operations.as_object().expect("operations").keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}

/// The requests in the first column of the table of endpoints.
fn listed(readme: &str) -> BTreeSet<String> {
    let (_, section) = readme.split_once("## Endpoints\n").expect("a section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let columns = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let quoted = columns.flat_map(|column| column.split('`').skip(1).step_by(2));
    quoted.map(|request| request.split('?').next().unwrap_or_default().to_owned()).collect()
}
