//! `restwell schema`: the output of each command matches its schema.

use serde_json::Value as Json;

use super::session::restwell;

/// Runs whose JSON is validated, with their exit codes.
const RUNS: &[(&str, &[&str], i32)] = &[
    ("new", &["new", "a", "--yes", "--no-git"], 0),
    ("new", &["new", "a", "--preset", "minimal", "--dry-run", "--database", "sqlite"], 0),
    ("new", &["new", "a", "--yes", "--show", "Cargo.toml"], 0),
    ("new", &["new", "fn", "--yes"], 2),
    ("new", &["new", "a", "--database", "none", "--cache", "memory"], 3),
    ("new", &["new", "a"], 4),
    ("list", &["list"], 0),
    ("list", &["list", "--wings"], 2),
    ("explain", &["explain", "RW0101"], 0),
    ("explain", &["explain", "RW0301"], 0),
    ("explain", &["explain", "cache"], 0),
    ("explain", &["explain", "redis"], 0),
    ("explain", &["explain", "standard"], 0),
    ("explain", &["explain", "database=none", "cache=memory"], 0),
    ("explain", &["explain", "RW0301", "RW0302", "cache", "cache=none"], 0),
    ("explain", &["explain", "wings"], 2),
    ("schema", &["schema"], 0),
    ("schema", &["schema", "new"], 0),
    ("schema", &["schema", "wings"], 2),
    ("variants", &["variants", "--pairwise"], 0),
    ("variants", &["variants", "--all", "--rust"], 2),
    ("completions", &["completions", "bash"], 0),
    ("completions", &["completions", "wings"], 2),
    ("man", &["man"], 0),
    ("man", &["man", "wings"], 2),
    ("help", &["help", "new"], 0),
    ("help", &["new", "--help"], 0),
    ("help", &["--version"], 0),
    ("help", &["help", "wings"], 2),
    ("error", &["wings"], 2),
    ("error", &[], 2),
];

/// Why `value` does not match `schema`. Supports only the keywords that the schemas use, and fails on others.
fn misfit(value: &Json, schema: &Json, root: &Json) -> Option<String> {
    let Some(rules) = schema.as_object() else { return (schema == false).then(|| "nothing fits".into()) };
    for (word, rule) in rules {
        let wrong =
            match word.as_str() {
                "$schema" | "title" | "description" | "$defs" | "format" | "pattern" | "default" | "maximum" => None,
                "$ref" => {
                    let name = rule.as_str().and_then(|target| target.strip_prefix("#/$defs/")).expect("a definition");
                    misfit(value, &root["$defs"][name], root)
                }
                "const" => (value != rule).then(|| format!("it is not {rule}")),
                "minimum" => value
                    .as_f64()
                    .is_some_and(|number| Some(number) < rule.as_f64())
                    .then(|| format!("it is less than {rule}")),
                "minItems" => (value.as_array().map(Vec::len) < rule.as_u64().map(|least| least as usize))
                    .then(|| "too few".into()),
                "maxItems" => (value.as_array().map(Vec::len) > rule.as_u64().map(|most| most as usize))
                    .then(|| "too many".into()),
                "type" => {
                    let types: Vec<&Json> = rule.as_array().map_or(vec![rule], |types| types.iter().collect());
                    (!types.iter().any(|kind| is_of(value, kind.as_str().expect("a type"))))
                        .then(|| format!("it is no {rule}"))
                }
                "anyOf" | "oneOf" => {
                    let reasons: Vec<Option<String>> =
                        rule.as_array().expect("schemas").iter().map(|schema| misfit(value, schema, root)).collect();
                    reasons.iter().all(Option::is_some).then(|| format!("it fits none: {reasons:?}"))
                }
                "properties" => value.as_object().and_then(|object| {
                    object.iter().find_map(|(key, value)| match rule.get(key) {
                        Some(schema) => misfit(value, schema, root).map(|reason| format!("{key}: {reason}")),
                        None => Some(format!("`{key}` is not described")),
                    })
                }),
                "additionalProperties" if rules.contains_key("properties") => None,
                "additionalProperties" => {
                    value.as_object().and_then(|object| object.values().find_map(|value| misfit(value, rule, root)))
                }
                "items" => value.as_array().and_then(|items| items.iter().find_map(|item| misfit(item, rule, root))),
                "required" => {
                    let keys = rule.as_array().expect("keys").iter().filter_map(Json::as_str);
                    keys.into_iter().find(|key| value.get(key).is_none()).map(|key| format!("`{key}` is missing"))
                }
                other => panic!("`{other}` is not known here"),
            };
        if wrong.is_some() {
            return wrong;
        }
    }
    None
}

fn is_of(value: &Json, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("`{other}` is no type"),
    }
}

fn schema_of(subject: &str) -> Json {
    let ran = restwell(["schema", subject]).exits(0).says_only("");
    serde_json::from_str(ran.stdout()).expect("JSON")
}

#[test]
fn output_matches_its_schema() {
    for &(subject, words, code) in RUNS {
        let schema = schema_of(subject);
        let mut run = restwell(["--format", "json"]);
        run.command().args(words);
        let object = run.exits(code).json();
        if let Some(reason) = misfit(&object, &schema, &schema) {
            panic!("{words:?}: {reason}\n{object}");
        }
    }
}

#[test]
fn every_command_has_a_schema() {
    let ran = restwell(["help", "schema"]).exits(0);
    let help = restwell(["help"]).exits(0);
    let commands =
        help.stdout().lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() >= 8, "{commands:?}");
    for command in commands {
        assert!(ran.stdout().contains(&format!("- {command}:")), "{command}");
        assert_eq!(schema_of(command)["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
}

fn object(table: &toml_edit::Table) -> Json {
    let value = |item: &toml_edit::Item| match (item.as_array_of_tables(), item.as_value()) {
        (Some(tables), _) => tables.iter().map(object).collect(),
        (None, Some(value)) => json_of(value),
        (None, None) => panic!("{item:?}"),
    };
    Json::Object(table.iter().map(|(key, item)| (key.to_owned(), value(item))).collect())
}

fn json_of(value: &toml_edit::Value) -> Json {
    match value.as_array() {
        Some(list) => list.iter().map(json_of).collect(),
        None => value.as_str().expect("text").into(),
    }
}

#[test]
fn a_receipt_matches_the_schema_of_answers() {
    let schema = schema_of("answers");
    let resource = "orders a:int b:int was a:int";
    let ran = restwell(["new", "a", "--yes", "--show", "restwell.toml", "--resource", resource]).exits(0);
    let document: toml_edit::DocumentMut = ran.stdout().parse().expect("TOML");
    let object = object(document.as_table());
    assert_eq!(misfit(&object, &schema, &schema), None);
    assert_eq!(object["resource"][0]["was"], serde_json::json!([["a:int"]]));
    let wrong = serde_json::json!({ "cache": "nnoe" });
    assert!(misfit(&wrong, &schema, &schema).is_some());
}
