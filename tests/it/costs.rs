//! What a value costs: the page of the architecture names the files of two values, all of them and no others; and the
//! decision record of each target names what has to be run or rented.

use std::collections::BTreeSet;
use std::fs;

use camino::Utf8Path;
use restwell::choice::{Choice, Deploy, Monitoring, Value};
use restwell::template;

use crate::projects::{Project, all, distinct_files};
use crate::sources::rust_files;

#[test]
fn the_page_names_exactly_the_files_of_a_value() {
    let page = fs::read_to_string("docs/architecture.md").expect("the page");
    let section = page.split("\n## ").find_map(|section| section.strip_prefix("What a value costs\n"));
    let section = section.expect("the section");
    for value in [Value::Deploy(Deploy::Systemd), Value::Monitoring(Monitoring::Datadog)] {
        let lines = section.split("\n**`").find_map(|lines| lines.strip_prefix(&format!("{value}`**")));
        let paths: BTreeSet<String> = paths(lines.expect("the value"));
        let absent: Vec<&String> = paths.iter().filter(|path| !Utf8Path::new(path).exists()).collect();
        assert!(absent.is_empty(), "{value}: {absent:?}");
        let paths: BTreeSet<String> = paths.into_iter().filter(|path| !path.starts_with("tests/")).collect();
        let files = files_of(value);
        let unnamed: Vec<&String> = files.difference(&paths).collect();
        let foreign: Vec<&String> = paths.difference(&files).collect();
        assert!(unnamed.is_empty() && foreign.is_empty(), "{value}: not named {unnamed:?}, but {foreign:?}");
    }
}

/// The code spans that are paths.
fn paths(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).filter(|span| span.contains('/')).map(str::to_owned).collect()
}

/// The Rust files with the name of the value, and its folders of templates.
fn files_of(value: Value) -> BTreeSet<String> {
    let names_it = |path: &Utf8Path| {
        let text = fs::read_to_string(path).expect("a source file is text");
        text.to_lowercase().contains(value.id())
    };
    let feature = format!("{}-{}", value.choice().id(), value.id());
    let folders = template::folders().into_iter().filter(|folder| folder.split('+').any(|part| part == feature));
    let files = rust_files("src").into_iter().filter(|path| names_it(path)).map(|path| path.to_string());
    files.chain(folders.map(|folder| format!("templates/{folder}"))).collect()
}

#[test]
fn the_record_of_each_target_names_what_has_to_be_run_or_rented() {
    for &target in Choice::Deploy.values().iter().filter(|&&target| target != Value::Deploy(Deploy::None)) {
        let record = format!("docs/decisions/deploy-{}.md", target.id());
        let mut records = distinct_files().filter(|(_, path, _)| *path == record.as_str()).peekable();
        assert!(records.peek().is_some(), "no {record}");
        for (project, _, text) in records {
            assert!(paragraph(text).is_some_and(|paragraph| paragraph.len() > 80), "{record} of {}", project.id());
        }
    }
}

#[test]
fn what_has_to_be_run_or_rented_is_what_the_files_start() {
    for project in all() {
        if project.stack.deploy != Deploy::Aws {
            continue;
        }
        let started = resources(project);
        let text = project.text("docs/decisions/deploy-aws.md");
        let paragraph = paragraph(text).expect("the paragraph").to_lowercase();
        let missing: Vec<&String> = started.iter().filter(|name| !paragraph.contains(name.as_str())).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", project.id());
    }
}

/// The paragraph of a decision record, in one line.
fn paragraph(record: &str) -> Option<String> {
    let (_, rest) = record.split_once("\n**What has to be run or rented:** ")?;
    Some(rest.split("\n\n").next()?.replace('\n', " "))
}

/// The kinds of resources of every stack that cost money, in the words of the record.
fn resources(project: &Project) -> BTreeSet<String> {
    let text = project.text("deploy/stack.yaml");
    let words = [
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "load balancer"),
        ("AWS::S3::Bucket\n", "s3"),
        ("AWS::SNS::Topic\n", "sns"),
        ("AWS::ECS::Service", "fargate"),
        ("AWS::ApplicationAutoScaling", "autoscaler"),
        ("AWS::Logs::LogGroup", "log"),
        ("AWS::CloudWatch::Alarm", "cloudwatch"),
    ];
    words.into_iter().filter(|(kind, _)| text.contains(kind)).map(|(_, word)| word.to_owned()).collect()
}
