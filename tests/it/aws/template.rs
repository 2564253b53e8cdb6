//! A template of CloudFormation: its values, with the functions that a project uses.

use std::collections::BTreeMap;

use serde_yaml_ng::Value;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    Number(f64),
    Bool(bool),
    List(Vec<Node>),
    Map(BTreeMap<String, Node>),
    /// A parameter, a pseudo parameter, or what names a resource.
    Ref(String),
    /// An attribute of a resource.
    GetAtt(String, String),
    /// A text with `${Name}` and `${Name.Attribute}`.
    Sub(String),
}

/// The keys of a template.
const SECTIONS: [&str; 5] = ["AWSTemplateFormatVersion", "Description", "Parameters", "Resources", "Outputs"];

/// `aws cloudformation deploy` sends a template up to this size without a bucket.
const LARGEST: usize = 51_200;

/// Reads a template.
///
/// # Errors
/// What CloudFormation does not accept: a key twice, an alias, a function that is not known here, another section.
pub(super) fn read(text: &str) -> Result<Node, String> {
    if text.len() > LARGEST {
        return Err(format!("{} bytes, more than a template may have", text.len()));
    }
    if let Some(line) = text.lines().find(|line| has_alias(line)) {
        return Err(format!("an anchor or an alias: {}", line.trim()));
    }
    let template = node(&serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?)?;
    let Node::Map(sections) = &template else { return Err("no map".to_owned()) };
    if let Some(section) = sections.keys().find(|key| !SECTIONS.contains(&key.as_str())) {
        return Err(format!("unknown section {section}"));
    }
    match template["AWSTemplateFormatVersion"].text() == "2010-09-09" && sections.contains_key("Resources") {
        true => Ok(template),
        false => Err("no version, or no resources".to_owned()),
    }
}

/// Whether a value of YAML is an anchor or an alias, which CloudFormation refuses.
fn has_alias(line: &str) -> bool {
    let after = line.trim_start().trim_start_matches("- ");
    let value = after.split_once(": ").map_or(after, |(_, value)| value);
    value.starts_with(['&', '*'])
}

fn node(value: &Value) -> Result<Node, String> {
    Ok(match value {
        Value::Null => return Err("an empty value".to_owned()),
        Value::Bool(value) => Node::Bool(*value),
        Value::Number(number) => Node::Number(number.as_f64().expect("a number of YAML")),
        Value::String(text) => Node::Text(text.clone()),
        Value::Sequence(items) => Node::List(items.iter().map(node).collect::<Result<_, _>>()?),
        Value::Mapping(fields) => {
            let field = |(key, value): (&Value, &Value)| {
                let key = key.as_str().ok_or("a key that is no text")?;
                Ok::<_, String>((key.to_owned(), node(value).map_err(|fault| format!("{key}: {fault}"))?))
            };
            Node::Map(fields.iter().map(field).collect::<Result<_, _>>()?)
        }
        Value::Tagged(tagged) => {
            let text = tagged.value.as_str().ok_or(format!("{} of no text", tagged.tag))?;
            match (tagged.tag.to_string().as_str(), text.split_once('.')) {
                ("!Ref", _) => Node::Ref(text.to_owned()),
                ("!GetAtt", Some((resource, attribute))) => Node::GetAtt(resource.to_owned(), attribute.to_owned()),
                ("!Sub", _) => Node::Sub(text.to_owned()),
                (tag, _) => return Err(format!("unknown function {tag} {text}")),
            }
        }
    })
}

static NOTHING: Node = Node::List(Vec::new());

/// A field; nothing if there is none.
impl std::ops::Index<&str> for Node {
    type Output = Node;

    fn index(&self, key: &str) -> &Node {
        match self {
            Node::Map(fields) => fields.get(key).unwrap_or(&NOTHING),
            _ => &NOTHING,
        }
    }
}

impl Node {
    pub(super) fn text(&self) -> &str {
        match self {
            Node::Text(text) => text,
            _ => "",
        }
    }

    /// A number, also one that is written as a text.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Node::Number(number) => Some(*number),
            Node::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn is_true(&self) -> bool {
        *self == Node::Bool(true)
    }

    pub(super) fn items(&self) -> &[Node] {
        match self {
            Node::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &Node)> {
        let fields = match self {
            Node::Map(fields) => Some(fields),
            _ => None,
        };
        fields.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }

    /// The value of the item with this `Name` or `Key`.
    pub(super) fn named(&self, name: &str) -> &Node {
        let is_it = |item: &&Node| item["Name"].text() == name || item["Key"].text() == name;
        self.items().iter().find(is_it).map_or(&NOTHING, |item| &item["Value"])
    }

    /// A reference to this name.
    pub(super) fn is_ref(&self, name: &str) -> bool {
        *self == Node::Ref(name.to_owned())
    }

    /// Calls `visit` with every node.
    pub(super) fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Node)) {
        visit(self);
        match self {
            Node::List(items) => items.iter().for_each(|item| item.walk(visit)),
            Node::Map(fields) => fields.values().for_each(|field| field.walk(visit)),
            Node::Text(_) | Node::Number(_) | Node::Bool(_) | Node::Ref(_) | Node::GetAtt(..) | Node::Sub(_) => {}
        }
    }

    /// The resources of a type, with their names and properties.
    pub(super) fn resources<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Node)> {
        let resources = self["Resources"].fields().filter(move |(_, resource)| resource["Type"].text() == kind);
        resources.map(|(name, resource)| (name, &resource["Properties"]))
    }

    /// The properties of the only resource of a type; nothing if there is not exactly one.
    pub(super) fn only<'a>(&'a self, kind: &'a str) -> &'a Node {
        let mut found = self.resources(kind);
        match (found.next(), found.next()) {
            (Some((_, properties)), None) => properties,
            _ => &NOTHING,
        }
    }
}
