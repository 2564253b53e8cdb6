//! The types of resources that a stack may have, with the properties that it may set and the kinds of their values.

use std::collections::{BTreeMap, BTreeSet};

use super::policy;
use super::template::Node;

/// The lines of a type follow its name. `[]` is an item of a list, `?` marks what may be absent. A kind is one of `text`,
/// `number`, `bool`, `list` and `policy`, or the words that are permitted.
const SCHEMA: &str = include_str!("schema.txt");

/// The attributes of a resource beside its properties.
const ATTRIBUTES: [&str; 5] = ["Type", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Properties"];

/// The properties of a type, and what is known of each: its kinds, and whether it may be absent.
type Properties = BTreeMap<&'static str, (bool, &'static str)>;

fn schema() -> BTreeMap<&'static str, Properties> {
    let mut types: BTreeMap<&str, Properties> = BTreeMap::new();
    let mut last = "";
    for line in SCHEMA.lines() {
        match line.split_once(": ") {
            None => {
                last = line;
                types.insert(line, Properties::new());
            }
            Some((path, kind)) => {
                let optional = path.ends_with('?');
                types.entry(last).or_default().insert(path.trim_end_matches('?'), (optional, kind));
            }
        }
    }
    types
}

/// What is wrong with the resources, each for itself.
pub(super) fn faults(template: &Node) -> Vec<String> {
    let schema = schema();
    let mut faults = Vec::new();
    for (name, resource) in template["Resources"].fields() {
        let kind = resource["Type"].text();
        let unknown = resource.fields().map(|(key, _)| key).filter(|key| !ATTRIBUTES.contains(key));
        faults.extend(unknown.map(|key| format!("{name}: unknown attribute {key}")));
        let Some(properties) = schema.get(kind) else {
            faults.push(format!("{name}: unknown type {kind}"));
            continue;
        };
        for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
            let word = resource[policy].text();
            if !["", "Retain", "RetainExceptOnCreate", "Delete"].contains(&word) {
                faults.push(format!("{name}: unknown {policy} {word}"));
            }
        }
        let mut leaves = Vec::new();
        of_node(&resource["Properties"], String::new(), properties, &mut leaves);
        let mut found = BTreeSet::new();
        for (path, node) in leaves {
            let Some((_, kind)) = properties.get(path.as_str()) else {
                faults.push(format!("{name}: unknown property {path}"));
                continue;
            };
            faults.extend(of_kind(node, kind, template).map(|fault| format!("{name}: {path}: {fault}")));
            found.insert(path);
        }
        let missing = properties.iter().filter(|(path, (optional, _))| !optional && !found.contains(**path));
        faults.extend(missing.map(|(path, _)| format!("{name}: no {path}")));
    }
    faults
}

/// The values, with the paths that the schema has for them.
fn of_node<'a>(node: &'a Node, path: String, known: &Properties, leaves: &mut Vec<(String, &'a Node)>) {
    let is_whole = known.get(path.as_str()).is_some_and(|(_, kind)| ["list", "policy"].contains(kind));
    match node {
        Node::Map(fields) if !is_whole => {
            for (key, value) in fields {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                of_node(value, below, known, leaves);
            }
        }
        Node::List(items) if !is_whole => {
            items.iter().for_each(|item| of_node(item, format!("{path}[]"), known, leaves));
        }
        _ => leaves.push((path, node)),
    }
}

fn of_kind(node: &Node, kind: &str, template: &Node) -> Option<String> {
    let parameter = |name: &str| template["Parameters"][name]["Type"].text().to_owned();
    let fits = match (kind, node) {
        ("policy", _) => return policy::faults(node).into_iter().next(),
        ("text", Node::Ref(name)) => parameter(name) != "Number" && !parameter(name).starts_with("List<"),
        ("text", Node::Text(text)) => !text.is_empty(),
        ("text", Node::GetAtt(..) | Node::Sub(_)) | ("number", Node::Number(_)) | ("bool", Node::Bool(_)) => true,
        ("number", Node::Ref(name)) => parameter(name) == "Number",
        ("list", Node::Ref(name)) => parameter(name).starts_with("List<"),
        (words, Node::Text(text)) => words.split(' ').any(|word| word == text),
        _ => false,
    };
    (!fits).then(|| format!("{node:?} is no {kind}"))
}
