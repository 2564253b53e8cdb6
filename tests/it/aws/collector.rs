//! The collector beside a replica, and the workspace that it writes to.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_yaml_ng::Value;

use super::template::Node;
use crate::plants::broken;

/// Its configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    extensions: serde_yaml_ng::Mapping,
    receivers: serde_yaml_ng::Mapping,
    processors: serde_yaml_ng::Mapping,
    exporters: serde_yaml_ng::Mapping,
    service: Service,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    extensions: Vec<String>,
    pipelines: Pipelines,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pipelines {
    metrics: Pipeline,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pipeline {
    receivers: Vec<String>,
    processors: Vec<String>,
    exporters: Vec<String>,
}

/// What is wrong with the collector of a stack, if it has one. `job` is the name in the alert rules.
pub(super) fn faults(template: &Node, job: &str) -> Vec<String> {
    let containers = template.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"].items();
    let Some(collector) = containers.iter().find(|container| container["Name"].text() == "collector") else {
        return Vec::new();
    };
    let Node::Sub(text) = collector["Environment"].named("AOT_CONFIG_CONTENT") else {
        return vec!["no configuration".to_owned()];
    };
    let configuration: Configuration = match serde_yaml_ng::from_str(text) {
        Ok(configuration) => configuration,
        Err(error) => return vec![error.to_string()],
    };
    let scrapes = &configuration.receivers["prometheus"]["config"]["scrape_configs"];
    let write = &configuration.exporters["prometheusremotewrite"];
    let limit = collector["Environment"].named("GOMEMLIMIT").text().strip_suffix("MiB");
    let limit = limit.and_then(|limit| limit.parse().ok()).unwrap_or(f64::INFINITY);
    let instance = &configuration.processors["resource"]["attributes"][0];
    let may = template.resources("AWS::IAM::RolePolicy").any(|(_, policy)| {
        let statement = &policy["PolicyDocument"]["Statement"].items()[0];
        policy["RoleName"].is_ref("TaskRole") && statement["Action"].text() == "aps:RemoteWrite"
    });
    let own = broken(&[
        (limit < collector["Memory"].number().unwrap_or_default(), "its limit is more than its memory"),
        (scrapes[0]["job_name"].as_str() == Some(job), "another job than the alerts name"),
        (
            scrapes[0]["static_configs"][0]["targets"][0].as_str() == Some("127.0.0.1:8081"),
            "another port than that of the metrics",
        ),
        (scrapes[0]["scrape_interval"].as_str() == Some("15s"), "another interval than the alerts count with"),
        (
            instance["key"].as_str() == Some("service.instance.id")
                && instance["from_attribute"].as_str() == Some("aws.ecs.task.arn"),
            "replicas have one instance",
        ),
        (write["auth"]["authenticator"].as_str() == Some("sigv4auth"), "writes without a signature"),
        (
            write["endpoint"].as_str() == Some("${Workspace.PrometheusEndpoint}api/v1/remote_write"),
            "writes to another workspace",
        ),
        (may, "may not write"),
    ]);
    [of_pipeline(&configuration), own].concat()
}

/// What is wrong between the pipeline and its parts.
fn of_pipeline(configuration: &Configuration) -> Vec<String> {
    let metrics = &configuration.service.pipelines.metrics;
    let uses = |names: &[String], defined: &serde_yaml_ng::Mapping| {
        let defined: BTreeSet<&str> = defined.keys().filter_map(Value::as_str).collect();
        names.iter().map(String::as_str).collect::<BTreeSet<_>>() == defined
    };
    broken(&[
        (uses(&metrics.receivers, &configuration.receivers), "receivers that are not those of the pipeline"),
        (uses(&metrics.processors, &configuration.processors), "processors that are not those of the pipeline"),
        (uses(&metrics.exporters, &configuration.exporters), "exporters that are not those of the pipeline"),
        (
            uses(&configuration.service.extensions, &configuration.extensions),
            "extensions that are not those of the service",
        ),
        (
            metrics.processors.iter().position(|name| name == "resourcedetection")
                < metrics.processors.iter().position(|name| name == "resource"),
            "the task is not known when it is named",
        ),
    ])
}
