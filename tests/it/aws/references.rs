//! References inside a template: each names something, each parameter is used, and no resources need each other in a ring.

use std::collections::{BTreeMap, BTreeSet};

use super::template::Node;

/// What every stack has.
const PSEUDO: [&str; 4] = ["AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackName"];

/// The attributes that a type has, and that a stack uses.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("AWS::APS::Workspace", &["Arn", "PrometheusEndpoint", "WorkspaceId"]),
    ("AWS::ECR::Repository", &["Arn", "RepositoryUri"]),
    ("AWS::ECS::Service", &["Name", "ServiceArn"]),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", &["DNSName", "CanonicalHostedZoneID", "LoadBalancerFullName"]),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", &["TargetGroupFullName"]),
    ("AWS::IAM::Role", &["Arn"]),
    ("AWS::Logs::LogGroup", &["Arn"]),
    ("AWS::S3::Bucket", &["Arn"]),
];

/// The names in a text of `!Sub`: each with its attribute.
fn names(text: &str) -> Vec<(&str, Option<&str>)> {
    let names = text.split("${").skip(1).map(|rest| rest.split('}').next().unwrap_or_default());
    names.map(|name| name.split_once('.').map_or((name, None), |(name, attribute)| (name, Some(attribute)))).collect()
}

/// What a node refers to.
pub(super) fn of(node: &Node) -> Vec<(&str, Option<&str>)> {
    let mut found = Vec::new();
    node.walk(&mut |node| match node {
        Node::Ref(name) => found.push((name.as_str(), None)),
        Node::GetAtt(name, attribute) => found.push((name.as_str(), Some(attribute.as_str()))),
        Node::Sub(text) => found.extend(names(text)),
        Node::Text(_) | Node::Number(_) | Node::Bool(_) | Node::List(_) | Node::Map(_) => {}
    });
    found
}

/// The resources that must exist before another one.
fn before<'a>(resource: &'a Node, resources: &BTreeSet<&str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = of(resource).into_iter().map(|(name, _)| name).collect();
    names.extend(depends_on(resource));
    names.retain(|name| resources.contains(name));
    names
}

fn depends_on(resource: &Node) -> Vec<&str> {
    match &resource["DependsOn"] {
        Node::Text(name) => vec![name],
        names => names.items().iter().map(Node::text).collect(),
    }
}

pub(super) fn faults(template: &Node) -> Vec<String> {
    let resources: BTreeMap<&str, &Node> = template["Resources"].fields().collect();
    let parameters: BTreeSet<&str> = template["Parameters"].fields().map(|(name, _)| name).collect();
    let mut faults = Vec::new();
    let mut used = BTreeSet::new();
    for section in ["Resources", "Outputs"] {
        for (owner, node) in template[section].fields() {
            for (name, attribute) in of(node) {
                used.insert(name);
                let is_known = match (attribute, resources.get(name)) {
                    (None, resource) => resource.is_some() || parameters.contains(name) || PSEUDO.contains(&name),
                    (Some(attribute), Some(resource)) => has(resource["Type"].text(), attribute),
                    (Some(_), None) => false,
                };
                if !is_known {
                    faults.push(format!("{owner}: refers to {name} {}", attribute.unwrap_or_default()));
                }
            }
            let missing = depends_on(node).into_iter().filter(|name| !resources.contains_key(name));
            faults.extend(missing.map(|name| format!("{owner}: depends on {name}")));
        }
    }
    faults.extend(parameters.iter().filter(|name| !used.contains(*name)).map(|name| format!("{name} is not used")));
    faults.extend(ring(&resources));
    // Of what a `!Sub` should have replaced.
    template.walk(&mut |node| match node {
        Node::Text(text) if text.contains("${") => faults.push(format!("no !Sub before {text}")),
        Node::Sub(text) if !text.contains("${") => faults.push(format!("nothing to replace in {text}")),
        _ => {}
    });
    faults
}

fn has(kind: &str, attribute: &str) -> bool {
    ATTRIBUTES.iter().any(|(known, attributes)| *known == kind && attributes.contains(&attribute))
}

/// A resource that needs itself, if there is one: resources that need only created ones are created until none is left.
fn ring(resources: &BTreeMap<&str, &Node>) -> Option<String> {
    let mut left: BTreeSet<&str> = resources.keys().copied().collect();
    loop {
        let ready = |name: &&&str| before(resources[**name], &left).is_empty();
        let created: Vec<&str> = left.iter().filter(ready).copied().collect();
        if created.is_empty() {
            return (!left.is_empty()).then(|| format!("{left:?} need each other"));
        }
        left.retain(|name| !created.contains(name));
    }
}
