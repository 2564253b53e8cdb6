//! The permissions: ECS reads exactly the secrets of the task, the task may do nothing or write metrics, and only deploys of
//! this project may take the role of deploys.

use std::collections::BTreeSet;

use super::policy::{actions, statements};
use super::template::Node;
use crate::plants::broken;
use crate::projects::NAME;

/// What is wrong with the roles of a stack.
pub(super) fn of_stack(template: &Node) -> Vec<String> {
    let role = |name: &str| &template["Resources"][name]["Properties"];
    let documents = || role("ExecutionRole")["Policies"].items().iter().map(|policy| &policy["PolicyDocument"]);
    let readable: BTreeSet<&str> = documents()
        .flat_map(statements)
        .filter(|statement| actions(statement) == ["secretsmanager:GetSecretValue"])
        .flat_map(|statement| statement["Resource"].items())
        .filter_map(name_of)
        .collect();
    let containers = template.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"].items();
    let secrets = || containers.iter().flat_map(|container| container["Secrets"].items());
    let needed: BTreeSet<&str> = secrets().filter_map(|secret| name_of(&secret["ValueFrom"])).collect();
    let declared: BTreeSet<&str> =
        template["Parameters"].fields().map(|(name, _)| name).filter(|name| name.ends_with("Secret")).collect();
    let may = |action: &str| documents().flat_map(statements).any(|statement| actions(statement).contains(&action));
    let registry = format!(":repository/{NAME}/app");
    let pulls = documents().flat_map(statements).any(|statement| {
        matches!(&statement["Resource"], Node::Sub(arn) if arn.ends_with(&registry))
            && actions(statement).contains(&"ecr:BatchGetImage")
    });
    let own = |secret: &Node| secret["ValueFrom"].is_ref(&(camel(secret["Name"].text()) + "Secret"));
    let service_of = |name: &str| {
        statements(&role(name)["AssumeRolePolicyDocument"])[..].first().map(|one| one["Principal"]["Service"].text())
    };
    broken(&[
        (readable == needed && needed == declared, "the secrets that are read are not those of the task"),
        (secrets().all(own), "a setting with the secret of another one"),
        (pulls, "another registry than deploys copy to"),
        (may("ecr:BatchGetImage") && may("ecr:GetAuthorizationToken"), "ECS cannot pull the image"),
        (may("logs:CreateLogStream") && may("logs:PutLogEvents"), "ECS cannot write the log"),
        (service_of("ExecutionRole") == Some("ecs-tasks.amazonaws.com"), "ECS cannot take the execution role"),
        (service_of("TaskRole") == Some("ecs-tasks.amazonaws.com"), "ECS cannot take the role of the task"),
        (role("TaskRole")["Policies"].items().is_empty(), "the role of the task has rights"),
        (writes_its_logs(template), "the load balancer cannot write its log"),
    ])
}

fn name_of(node: &Node) -> Option<&str> {
    match node {
        Node::Ref(name) => Some(name),
        _ => None,
    }
}

fn camel(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_owned() + &word[1..].to_lowercase()).collect()
}

fn writes_its_logs(template: &Node) -> bool {
    let mut policies = template.resources("AWS::S3::BucketPolicy");
    policies.any(|(name, policy)| {
        let allows = |statement: &Node| {
            statement["Principal"]["Service"].text() == "logdelivery.elasticloadbalancing.amazonaws.com"
                && actions(statement) == ["s3:PutObject"]
        };
        let waits = template["Resources"]["LoadBalancer"]["DependsOn"].text() == name;
        waits && statements(&policy["PolicyDocument"]).iter().any(allows)
    })
}

/// The identity providers of CI: the audience of a token, and the parts of its subject.
const PROVIDERS: [(&str, &str, &str); 2] = [
    ("token.actions.githubusercontent.com", "sts.amazonaws.com", "repo:${Repository}:environment:production"),
    ("gitlab.com", "https://gitlab.com", "project_path:${Project}:ref_type:branch:ref:${DefaultBranch}"),
];

/// What is wrong with the registry and the roles of deploys. `label` is the name of the objects of the project.
pub(super) fn of_account(template: &Node, label: &str) -> Vec<String> {
    let role = |name: &str| &template["Resources"][name]["Properties"];
    let deploys = statements(&template.only("AWS::IAM::ManagedPolicy")["PolicyDocument"]);
    let passes = deploys.iter().find(|statement| actions(statement).contains(&"iam:PassRole"));
    let only_to = |statement: &Node| {
        statement["Condition"]["StringEquals"]["iam:PassedToService"].text() == "cloudformation.amazonaws.com"
    };
    let arn = Node::GetAtt("StackRole".to_owned(), "Arn".to_owned());
    let mut faults = broken(&[
        (
            passes.is_some_and(|statement| statement["Resource"] == arn && only_to(statement)),
            "deploys may pass another role",
        ),
        (
            template.only("AWS::ECR::Repository")["RepositoryName"].text() == format!("{label}/app"),
            "another registry than the stack pulls from",
        ),
    ]);
    let trust = statements(&role("DeployRole")["AssumeRolePolicyDocument"]);
    if let [statement] = trust {
        let is_one = PROVIDERS.iter().any(|(provider, audience, subject)| {
            let equals = &statement["Condition"]["StringEquals"];
            equals[format!("{provider}:aud").as_str()].text() == *audience
                && equals[format!("{provider}:sub").as_str()] == Node::Sub((*subject).to_owned())
        });
        faults.extend(broken(&[
            (is_one, "others than deploys of this project may take the role"),
            (actions(statement) == ["sts:AssumeRoleWithWebIdentity"], "a role that no token can take"),
            (statement["Principal"]["Federated"].is_ref("IdentityProvider"), "another identity provider"),
            (
                role("DeployRole")["ManagedPolicyArns"].items().iter().any(|arn| arn.is_ref("DeployPolicy")),
                "a role without the rights of a deploy",
            ),
        ]));
    }
    faults
}
