//! What holds between the other resources: the network of each, what outlives the stack, alarms, and what the scripts ask for.

use std::collections::BTreeSet;

use super::template::Node;
use crate::plants::broken;

/// The types with data that must outlive the stack.
const KEPT: [&str; 4] = ["AWS::APS::Workspace", "AWS::ECR::Repository", "AWS::Logs::LogGroup", "AWS::S3::Bucket"];

/// What is wrong with the resources of a stack.
pub(super) fn faults(template: &Node) -> Vec<String> {
    let balancer = template.only("AWS::ElasticLoadBalancingV2::LoadBalancer");
    let has_network = |kind: &str| template.resources(kind).all(|(_, properties)| properties["VpcId"].is_ref("Vpc"));
    let is_closed =
        template.only("AWS::S3::Bucket")["PublicAccessBlockConfiguration"].fields().all(|(_, value)| value.is_true());
    let roles =
        ["ExecutionRole", "TaskRole"].map(|name| &template["Resources"][name]["Properties"]["ManagedPolicyArns"]);
    let providers = template.only("AWS::ECS::Cluster")["CapacityProviders"].items();
    let offered = template["Parameters"]["CapacityProvider"]["AllowedValues"].items();
    let strategy = &template.only("AWS::ECS::Service")["CapacityProviderStrategy"].items();
    let mut faults = broken(&[
        (balancer["Subnets"].is_ref("PublicSubnets"), "clients do not reach the subnets of the load balancer"),
        (
            matches!(balancer["SecurityGroups"].items(), [group] if group.is_ref("LoadBalancerSecurityGroup")),
            "the load balancer has another security group",
        ),
        (
            has_network("AWS::EC2::SecurityGroup") && has_network("AWS::ElasticLoadBalancingV2::TargetGroup"),
            "another network",
        ),
        (is_closed, "the access log is public"),
        (roles.iter().all(|arns| arns.items().is_empty()), "a role with more rights than its own"),
        (offered.iter().all(|one| providers.contains(one)), "a capacity provider that the cluster does not have"),
        (
            strategy.iter().all(|one| one["CapacityProvider"].is_ref("CapacityProvider")),
            "another capacity provider than the parameter",
        ),
    ]);
    faults.extend(kept(template));
    for (name, alarm) in template.resources("AWS::CloudWatch::Alarm") {
        faults.extend(of_alarm(alarm).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    faults
}

/// What would be deleted with the stack although it must not be.
pub(super) fn kept(template: &Node) -> Vec<String> {
    let is_lost = |resource: &Node| {
        KEPT.contains(&resource["Type"].text())
            && !(resource["DeletionPolicy"].text().starts_with("Retain")
                && resource["UpdateReplacePolicy"].text() == "Retain")
    };
    let lost = template["Resources"].fields().filter(|(_, resource)| is_lost(resource));
    lost.map(|(name, _)| format!("{name} does not outlive the stack")).collect()
}

fn of_alarm(alarm: &Node) -> Vec<String> {
    let dimensions = |of: &Node| -> BTreeSet<String> {
        of["Dimensions"].items().iter().map(|one| one["Name"].text().to_owned()).collect()
    };
    let expected = |metric: &str| -> BTreeSet<String> {
        let names: &[&str] =
            if metric == "HealthyHostCount" { &["LoadBalancer", "TargetGroup"] } else { &["LoadBalancer"] };
        names.iter().map(|name| (*name).to_owned()).collect()
    };
    let metrics = alarm["Metrics"].items();
    let ids: BTreeSet<&str> = metrics.iter().map(|metric| metric["Id"].text()).collect();
    let of_metrics = metrics
        .iter()
        .map(|metric| &metric["MetricStat"]["Metric"])
        .filter(|metric| !metric["MetricName"].text().is_empty());
    let single = std::iter::once(alarm).filter(|alarm| !alarm["MetricName"].text().is_empty());
    let measured = of_metrics.chain(single).all(|metric| dimensions(metric) == expected(metric["MetricName"].text()));
    let words =
        metrics.iter().flat_map(|metric| metric["Expression"].text().split(|letter: char| !letter.is_alphanumeric()));
    let unknown = words
        .filter(|word| word.starts_with(|letter: char| letter.is_ascii_lowercase()) && !ids.contains(word))
        .count();
    let returned = metrics.iter().filter(|metric| metric["ReturnData"].is_true()).count();
    broken(&[
        (measured, "dimensions without data"),
        (unknown == 0, "an expression of an unknown metric"),
        (ids.len() == metrics.len(), "a metric twice"),
        (returned == usize::from(!metrics.is_empty()), "not one result"),
        (
            alarm["DatapointsToAlarm"].number().unwrap_or(1.0)
                <= alarm["EvaluationPeriods"].number().unwrap_or_default(),
            "more data than periods",
        ),
    ])
}

/// The outputs that scripts ask for, and that neither template has.
pub(super) fn outputs<'a>(scripts: impl Iterator<Item = &'a str>, templates: [&Node; 2]) -> Vec<String> {
    let asked = scripts.flat_map(|text| text.split("OutputKey=='").skip(1)).filter_map(|rest| rest.split('\'').next());
    let missing = asked
        .filter(|name| templates.iter().all(|template| template["Outputs"][name]["Value"] == Node::List(Vec::new())));
    missing.map(|name| format!("no output {name}")).collect()
}
