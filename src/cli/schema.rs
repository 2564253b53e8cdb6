//! `restwell schema`: JSON Schemas of the answers file, derived from the choices, and of what each command prints under
//! `--format json`, derived from the types that are printed.

mod resource;

use clap::{Args, ValueEnum};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema as JsonSchemaObject};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::changed::Changed;
use super::completions::Script;
use super::diff::Differences;
use super::explain::Explained;
use super::help::HelpText;
use super::list::Listing;
use super::man::ManualPage;
use super::new::output::ProjectOutput;
use super::policy::Kept;
use super::set::Planned;
use super::status::StatusData;
use super::undo::UndoOutput;
use super::variants::VariantList;
use super::verify::Verified;
use crate::choice::Choice;
use crate::envelope::{Failure, Success};
use crate::error::Error;
use crate::preset::PRESETS;
use crate::shell::Shell;

/// The dialect of every schema.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Print the JSON Schema of the answers file, or of what a command prints under `--format json`
#[derive(Args, Debug)]
pub(super) struct Schema {
    /// The subject of the schema
    #[arg(value_name = "WHAT", value_enum, default_value_t)]
    of: Subject,
}

/// The subjects that have a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// The answers file
    #[default]
    Answers,
    /// What `new` prints
    New,
    /// What `status` prints
    Status,
    /// What `diff` prints
    Diff,
    /// What `set` prints
    Set,
    /// What `update` prints
    Update,
    /// What `generate` prints
    Generate,
    /// What `remove` prints
    Remove,
    /// What `adopt` prints
    Adopt,
    /// What `release` prints
    Release,
    /// What `undo` prints
    Undo,
    /// What `redo` prints
    Redo,
    /// What `verify` prints
    Verify,
    /// What `policy` prints
    Policy,
    /// What `list` prints
    List,
    /// What `explain` prints
    Explain,
    /// What `schema` prints
    Schema,
    /// What `variants` prints
    Variants,
    /// What `completions` prints
    Completions,
    /// What `man` prints
    Man,
    /// What `help`, `--help` and `--version` print
    Help,
    /// What a command that fails prints
    Error,
}

impl Schema {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let schema = match self.of {
            Subject::Answers => to_json(&Answers::new())?,
            Subject::New => output::<ProjectOutput<'static>>(),
            Subject::Status => output::<StatusData>(),
            Subject::Diff => output::<Differences>(),
            Subject::Set | Subject::Update | Subject::Generate | Subject::Remove => output::<Planned>(),
            Subject::Adopt | Subject::Release | Subject::Redo => output::<Changed>(),
            Subject::Undo => output::<UndoOutput>(),
            Subject::Verify => output::<Verified>(),
            Subject::Policy => output::<Kept>(),
            Subject::List => output::<Listing>(),
            Subject::Explain => output::<Explained>(),
            Subject::Schema => output::<Map<String, Json>>(),
            Subject::Variants => output::<VariantList>(),
            Subject::Completions => output::<Script>(),
            Subject::Man => output::<ManualPage>(),
            Subject::Help => output::<HelpText>(),
            Subject::Error => described::<Failure>(),
        };
        shell.answer("schema", || schema.clone(), || format!("{schema:#}\n"))
    }
}

/// The output of a command that succeeds or fails.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Output<T> {
    Success(Success<'static, T>),
    Failure(Failure),
}

fn output<T: JsonSchema>() -> Json {
    described::<Output<T>>()
}

/// The schema for serialisation, where an optional key is always present, possibly null.
fn described<T: JsonSchema>() -> Json {
    let schema: JsonSchemaObject =
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    schema.into()
}

fn to_json(value: &impl Serialize) -> Result<Json, Error> {
    serde_json::to_value(value).map_err(|error| Error::Bug(error.to_string()))
}

/// The schema of an answers file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answers {
    #[serde(rename = "$schema")]
    dialect: &'static str,
    title: &'static str,
    description: &'static str,
    r#type: &'static str,
    properties: Properties,
    additional_properties: bool,
}

/// A property for each choice, then the other keys.
#[derive(Serialize)]
struct Properties {
    #[serde(flatten, serialize_with = "in_order")]
    choices: Vec<(&'static str, OneOf)>,
    preset: OneOf,
    name: Text,
    restwell: Text,
    resource: List<resource::Table>,
    files: FilesTable,
}

/// The table about files.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FilesTable {
    r#type: &'static str,
    description: &'static str,
    properties: Mine,
    additional_properties: bool,
}

#[derive(Serialize)]
struct Mine {
    mine: List<Text>,
}

#[derive(Serialize)]
struct List<T> {
    r#type: &'static str,
    description: &'static str,
    items: T,
}

/// A property with a fixed set of values.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OneOf {
    description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'static str>,
    one_of: Vec<Word>,
}

#[derive(Serialize)]
struct Word {
    r#const: &'static str,
    description: &'static str,
}

/// A property with any text, or any that matches a pattern.
#[derive(Serialize)]
struct Text {
    r#type: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'static str>,
}

impl Answers {
    fn new() -> Self {
        let presets = PRESETS.iter().map(|preset| Word { r#const: preset.id, description: preset.about });
        Self {
            dialect: DIALECT,
            title: "Answers for restwell",
            description: "The TOML file for `restwell new PATH --answers FILE`. Every key is optional.",
            r#type: "object",
            properties: Properties {
                choices: Choice::ALL.iter().map(|&choice| (choice.id(), OneOf::of(choice))).collect(),
                preset: OneOf { description: "A named stack to start from", default: None, one_of: presets.collect() },
                name: Text {
                    r#type: "string",
                    description: "The name of the package",
                    pattern: Some("^[A-Za-z_][A-Za-z0-9_-]*$"),
                },
                restwell: Text {
                    r#type: "string",
                    description: "The version of restwell that wrote the answers",
                    pattern: None,
                },
                resource: List::resources(),
                files: FilesTable {
                    r#type: "object",
                    description: "Files of a project; no effect on a new one",
                    properties: Mine {
                        mine: List {
                            r#type: "array",
                            description: "Files that are yours: restwell does not change them",
                            items: Text {
                                r#type: "string",
                                description: "A path or a pattern, such as `ops/**`",
                                pattern: None,
                            },
                        },
                    },
                    additional_properties: false,
                },
            },
            additional_properties: false,
        }
    }
}

impl OneOf {
    fn of(choice: Choice) -> Self {
        let words = choice.values().iter().map(|value| Word { r#const: value.id(), description: value.offer().cost });
        Self { description: choice.question(), default: Some(choice.default_value().id()), one_of: words.collect() }
    }
}

fn in_order<S: serde::Serializer>(pairs: &[(&'static str, OneOf)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}
