//! The parameters of a stack, and the files of its environments.

use std::collections::BTreeMap;

use super::template::Node;

const FIELDS: [&str; 6] = ["Type", "Description", "Default", "AllowedPattern", "AllowedValues", "MinValue"];

const TYPES: [&str; 5] =
    ["String", "Number", "AWS::EC2::VPC::Id", "AWS::EC2::SecurityGroup::Id", "List<AWS::EC2::Subnet::Id>"];

/// The parameter that the script sets.
const SET: &str = "Image";

/// What is wrong with the declarations.
pub(super) fn faults(template: &Node) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, parameter) in template["Parameters"].fields() {
        let unknown = parameter.fields().map(|(key, _)| key).filter(|key| !FIELDS.contains(key));
        faults.extend(unknown.map(|key| format!("{name}: unknown {key}")));
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            faults.push(format!("{name} is no name of a parameter"));
        }
        if !TYPES.contains(&parameter["Type"].text()) || parameter["Description"].text().is_empty() {
            faults.push(format!("{name}: no type, or no description"));
        }
        let default = &parameter["Default"];
        if *default != Node::List(Vec::new()) && !accepts(parameter, &written(default)) {
            faults.push(format!("{name}: its default is not accepted"));
        }
    }
    for (name, output) in template["Outputs"].fields() {
        let keys: Vec<&str> = output.fields().map(|(key, _)| key).collect();
        if keys != ["Description", "Value"] {
            faults.push(format!("output {name} has {keys:?}"));
        }
    }
    faults
}

fn written(node: &Node) -> String {
    match node {
        Node::Number(number) => number.to_string(),
        node => node.text().to_owned(),
    }
}

fn accepts(parameter: &Node, value: &str) -> bool {
    let words = parameter["AllowedValues"].items();
    let least = parameter["MinValue"].number().unwrap_or(f64::NEG_INFINITY);
    let kind = match parameter["Type"].text() {
        "Number" => value.parse::<f64>().is_ok_and(|number| number >= least),
        "AWS::EC2::VPC::Id" => value.starts_with("vpc-"),
        "AWS::EC2::SecurityGroup::Id" => value.starts_with("sg-"),
        "List<AWS::EC2::Subnet::Id>" => {
            value.split(',').count() >= 2 && value.split(',').all(|id| id.starts_with("subnet-"))
        }
        _ => true,
    };
    let arn = parameter["AllowedPattern"]
        .text()
        .strip_prefix("arn:[a-z-]+:")
        .map(|rest| rest.split(':').next().unwrap_or_default());
    let is_arn = arn.is_none_or(|service| value.starts_with("arn:aws:") && value.split(':').nth(2) == Some(service));
    kind && is_arn && (words.is_empty() || words.iter().any(|word| word.text() == value))
}

/// The values in the file of an environment, by the names of the parameters.
///
/// # Errors
/// A line that is none, or a name twice.
pub(super) fn read(file: &str) -> Result<BTreeMap<&str, &str>, String> {
    let mut values = BTreeMap::new();
    for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, value) = line.split_once('=').ok_or(format!("no parameter: {line}"))?;
        if values.insert(name, value).is_some() {
            return Err(format!("{name} twice"));
        }
    }
    Ok(values)
}

/// What is wrong with the file of an environment.
pub(super) fn of_environment(template: &Node, file: &str) -> Vec<String> {
    let values = match read(file) {
        Ok(values) => values,
        Err(fault) => return vec![fault],
    };
    let parameters: BTreeMap<&str, &Node> = template["Parameters"].fields().collect();
    let mut faults = Vec::new();
    for (name, value) in &values {
        match parameters.get(name) {
            None => faults.push(format!("no parameter {name}")),
            Some(_) if *name == SET => faults.push(format!("{name} is not of an environment")),
            Some(parameter) if !accepts(parameter, value) => faults.push(format!("{name} does not accept {value}")),
            Some(_) => {}
        }
    }
    for (name, parameter) in parameters.iter().filter(|(name, _)| **name != SET) {
        if parameter["Default"] == Node::List(Vec::new()) && !values.contains_key(name) {
            faults.push(format!("no value for {name}"));
        }
    }
    let replicas = |name: &str| {
        let value = values.get(name).map(|value| (*value).to_owned());
        value.unwrap_or_else(|| written(&template["Parameters"][name]["Default"])).parse::<u32>().unwrap_or_default()
    };
    if replicas("LeastReplicas") > replicas("MostReplicas") {
        faults.push("LeastReplicas is more than MostReplicas".to_owned());
    }
    faults
}
