//! The commands of the README: each is after what it needs.

use super::template::Node;
use crate::plants::broken;

/// The commands of a README.
pub(super) fn commands(readme: &str) -> String {
    readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// What is wrong with the commands for a stack.
pub(super) fn faults(stack: &Node, commands: &str) -> Vec<String> {
    // Whether `first` is there before each `then`.
    let is_before = |first: &str, then: &str| {
        commands.find(then).is_none_or(|place| commands.find(first).is_some_and(|earlier| earlier < place))
    };
    let pages = |node: &Node| stack.resources("AWS::SNS::Topic").any(|(name, _)| node.is_ref(name));
    broken(&[
        (
            is_before("create-open-id-connect-provider", "IdentityProvider="),
            "the identity provider is not created before its ARN is needed",
        ),
        (is_before("ecr get-login-password | docker login", "docker run"), "docker is not logged in to the registry"),
        (
            pages(&stack["Outputs"]["Pages"]["Value"])
                && commands.contains("OutputKey=='Pages'")
                && is_before("OutputKey=='Pages'", "sns subscribe")
                && commands.contains("sns subscribe"),
            "alarms page no one",
        ),
    ])
}
