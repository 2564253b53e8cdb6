//! Documents of IAM: who may do what with what.

use super::template::Node;

const FIELDS: [&str; 6] = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];

const OPERATORS: [&str; 4] = ["StringEquals", "StringLike", "ArnLike", "Bool"];

/// What is wrong with a document.
pub(super) fn faults(document: &Node) -> Vec<String> {
    let mut faults = Vec::new();
    if document["Version"].text() != "2012-10-17" || statements(document).is_empty() {
        faults.push("no version, or no statement".to_owned());
    }
    faults.extend(
        document
            .fields()
            .filter(|(key, _)| !["Version", "Statement"].contains(key))
            .map(|(key, _)| format!("unknown {key}")),
    );
    for statement in statements(document) {
        faults.extend(
            statement
                .fields()
                .filter(|(key, _)| !FIELDS.contains(key))
                .map(|(key, _)| format!("unknown {key} in a statement")),
        );
        let effect = statement["Effect"].text();
        if !["Allow", "Deny"].contains(&effect) {
            faults.push(format!("unknown effect {effect}"));
        }
        let operators = statement["Condition"].fields().map(|(operator, _)| operator);
        faults
            .extend(operators.filter(|name| !OPERATORS.contains(name)).map(|name| format!("unknown operator {name}")));
        for action in actions(statement) {
            let (service, name) = action.split_once(':').unwrap_or_default();
            let is_service = !service.is_empty()
                && service.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit());
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'*');
            if !is_service || !is_name {
                faults.push(format!("no action {action}"));
            }
        }
        let (everyone, anything) = (statement["Principal"].text() == "*", statement["Resource"].text() == "*");
        if effect == "Allow" && everyone {
            faults.push("everyone may".to_owned());
        }
        let may_everything = |action: &&str| {
            ["iam", "s3", "logs", "sns", "secretsmanager"].contains(&action.split(':').next().unwrap_or_default())
        };
        if effect == "Allow" && anything && statement["Condition"].fields().next().is_none() {
            let found = actions(statement)
                .into_iter()
                .find(|action| may_everything(action) && *action != "logs:DescribeLogGroups");
            faults.extend(found.map(|action| format!("{action} on everything")));
        }
    }
    faults
}

pub(super) fn statements(document: &Node) -> &[Node] {
    document["Statement"].items()
}

pub(super) fn actions(statement: &Node) -> Vec<&str> {
    match &statement["Action"] {
        Node::Text(action) => vec![action],
        actions => actions.items().iter().map(Node::text).collect(),
    }
}
