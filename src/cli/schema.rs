//! `restwell schema`: the JSON Schema of an answers file, derived from the choices.

use clap::Args;
use serde_json::{Map, Value as Json, json};

use crate::choice::Choice;
use crate::error::Error;
use crate::preset::PRESETS;
use crate::shell::Shell;

/// Print the JSON Schema of an answers file
#[derive(Args, Debug)]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        shell.answer("schema", schema, || format!("{:#}\n", schema()))
    }
}

fn schema() -> Json {
    let mut properties: Map<String, Json> =
        Choice::ALL.iter().map(|&choice| (choice.id().to_owned(), of_choice(choice))).collect();
    let presets: Vec<Json> =
        PRESETS.iter().map(|preset| json!({ "const": preset.id, "description": preset.about })).collect();
    properties.insert("preset".into(), json!({ "description": "A named stack to start from", "oneOf": presets }));
    properties.insert(
        "name".into(),
        json!({ "type": "string", "description": "The name of the package", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$" }),
    );
    properties.insert(
        "restwell".into(),
        json!({ "type": "string", "description": "The version of restwell that wrote the answers" }),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Answers for restwell",
        "description": "What `restwell new PATH --answers FILE` reads, as TOML. Every key may be left out.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn of_choice(choice: Choice) -> Json {
    let values: Vec<Json> =
        choice.values().iter().map(|value| json!({ "const": value.id(), "description": value.offer().cost })).collect();
    json!({ "description": choice.question(), "default": choice.default_value().id(), "oneOf": values })
}
