//! The account of a pipeline: it may do what a rollout to production does, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use serde::Deserialize;

use super::environment::{Environment, Files};
use super::model::{Metadata, Plain};
use crate::plants::broken;

pub(super) const FILE: &str = "deploy/account.yaml";
const RBAC: &str = "rbac.authorization.k8s.io";

#[derive(Deserialize)]
#[serde(tag = "kind")]
enum Object {
    ServiceAccount(Plain),
    Role(Role),
    RoleBinding(Binding),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Role {
    api_version: String,
    metadata: Metadata,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Rule {
    api_groups: Vec<String>,
    resources: Vec<String>,
    verbs: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Binding {
    api_version: String,
    metadata: Metadata,
    role_ref: RoleReference,
    subjects: Vec<Subject>,
}

#[derive(PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RoleReference {
    api_group: String,
    kind: String,
    name: String,
}

#[derive(PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    kind: String,
    name: String,
    namespace: Option<String>,
}

/// The verbs for each resource with its group.
type Rights = BTreeMap<(String, String), BTreeSet<String>>;

/// What is wrong with the account that deploys to `environment`; nothing if no pipeline does.
pub(super) fn faults(files: &Files, environment: &Environment) -> Vec<String> {
    let Some(text) = files.get(Utf8Path::new(FILE)) else { return Vec::new() };
    let documents = serde_yaml_ng::Deserializer::from_str(text).map(Object::deserialize);
    let objects = match documents.collect::<Result<Vec<Object>, _>>() {
        Ok(objects) => objects,
        Err(error) => return vec![format!("{FILE}: {error}")],
    };
    let [Object::ServiceAccount(account), Object::Role(role), Object::RoleBinding(binding)] = objects.as_slice() else {
        return vec!["not one account with one role".to_owned()];
    };
    let namespace = Some(&environment.namespace);
    let metadata = [&account.metadata, &role.metadata, &binding.metadata];
    let subject = Subject {
        kind: "ServiceAccount".to_owned(),
        name: account.metadata.name.clone(),
        namespace: account.metadata.namespace.clone(),
    };
    let role_ref =
        RoleReference { api_group: RBAC.to_owned(), kind: "Role".to_owned(), name: role.metadata.name.clone() };
    let is_of_rbac = |version: &str| version == format!("{RBAC}/v1");
    let mut faults = broken(&[
        (account.api_version == "v1", "another version of the API"),
        (is_of_rbac(&role.api_version) && is_of_rbac(&binding.api_version), "another version of the API"),
        (
            metadata.iter().all(|metadata| metadata.namespace.as_ref() == namespace),
            "not in the namespace of production",
        ),
        (account.automount_service_account_token == Some(false), "pods get its token"),
        (binding.role_ref == role_ref, "binds another role"),
        (binding.subjects == [subject], "binds another account"),
    ]);
    faults.extend(of_rights(&rights(&role.rules), &needed(environment)));
    faults
}

fn of_rights(found: &Rights, needed: &Rights) -> Vec<String> {
    let mut faults = Vec::new();
    for ((group, resource), verbs) in found {
        let is_wildcard = group == "*" || resource.contains('*') || verbs.contains("*");
        faults.extend(broken(&[(!is_wildcard, "a wildcard"), (resource != "secrets", "may read Secrets")]));
    }
    let all: BTreeSet<_> = found.keys().chain(needed.keys()).collect();
    for key in all.into_iter().filter(|key| found.get(key) != needed.get(key)) {
        faults.push(format!("{}: may {:?}, and needs {:?}", key.1, found.get(key), needed.get(key)));
    }
    faults
}

fn rights(rules: &[Rule]) -> Rights {
    let mut rights = Rights::new();
    for rule in rules {
        for group in &rule.api_groups {
            for resource in &rule.resources {
                rights.entry((group.clone(), resource.clone())).or_default().extend(rule.verbs.iter().cloned());
            }
        }
    }
    rights
}

/// What `rollout.sh` does: it applies each object, waits for the Deployment, and goes back to a version that is kept.
fn needed(environment: &Environment) -> Rights {
    const APPLY: &[&str] = &["get", "create", "patch"];
    let mut rights = Rights::new();
    let mut add = |group: &str, resource: &str, verbs: &[&str]| {
        let verbs = verbs.iter().map(|verb| (*verb).to_owned());
        rights.entry((group.to_owned(), resource.to_owned())).or_default().extend(verbs);
    };
    for (kind, api, _) in environment.objects.iter().map(super::model::Object::head) {
        let group = api.split_once('/').map_or("", |(group, _)| group);
        let resource = match kind {
            "NetworkPolicy" => "networkpolicies".to_owned(),
            kind => format!("{}s", kind.to_lowercase()),
        };
        match kind {
            // It exists before the account.
            "Namespace" => add(group, &resource, &["get"]),
            "Deployment" => {
                add(group, &resource, APPLY);
                add(group, &resource, &["list", "watch"]);
                add(group, "replicasets", &["list"]);
            }
            // With the alerts.
            "PodMonitor" => {
                add(group, &resource, APPLY);
                add(group, "prometheusrules", APPLY);
            }
            _ => add(group, &resource, APPLY),
        }
    }
    if !environment.settings.is_empty() {
        add("", "configmaps", APPLY);
    }
    rights
}
