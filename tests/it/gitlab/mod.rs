//! The pipeline of GitLab: what its schema accepts, but GitLab refuses or never runs.

mod rules;

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml_ng::{Mapping, Value};

use crate::projects::{Project, all, distinct_files};
use rules::{conditions, is_condition, wrong_condition};

const FILE: &str = ".gitlab-ci.yml";

/// Keywords at the top of the file that are no jobs.
const GLOBAL: [&str; 6] = ["default", "include", "stages", "spec", "variables", "workflow"];

/// Names that are keywords, so that no job can have them.
const RESERVED: [&str; 8] = ["after_script", "before_script", "cache", "image", "nil", "pages", "services", "types"];

/// The keywords of a job that these pipelines may have. Others are typing errors, or belong into this list.
const OF_JOBS: [&str; 21] = [
    "after_script",
    "artifacts",
    "before_script",
    "cache",
    "environment",
    "extends",
    "image",
    "interruptible",
    "needs",
    "parallel",
    "release",
    "resource_group",
    "retry",
    "rules",
    "script",
    "services",
    "stage",
    "tags",
    "timeout",
    "variables",
    "id_tokens",
];

const TIERS: [&str; 5] = ["production", "staging", "testing", "development", "other"];

#[test]
fn every_pipeline_is_sound() {
    let files: Vec<_> = distinct_files().filter(|(_, path, _)| *path == FILE).collect();
    assert!(files.len() > 1, "{} distinct pipelines", files.len());
    for (project, _, text) in files {
        assert_eq!(faults(text), Vec::<String>::new(), "{}", project.id());
    }
}

#[test]
fn planted_faults_are_found() {
    let text = largest().text(FILE);
    for (right, wrong, fault) in [
        ("    stage: audit\n".trim_start(), "stage: adit\n", "no stage adit"),
        ("extends: .cargo\n", "extends: .carg\n", "no job .carg"),
        ("$CI_PIPELINE_SOURCE == \"schedule\" && $RENOVATE_TOKEN", "$CI_PIPELINE_SOURCE = \"schedule\"", "rules:if"),
        ("if: $CI_COMMIT_TAG =~ /^v[0-9]/", "if: $CI_COMMIT_TAG =~ ^v[0-9]", "rules:if"),
        ("if: $CI_COMMIT_TAG\n", "if: CI_COMMIT_TAG\n", "rules:if"),
        ("== $CI_DEFAULT_BRANCH\n      auto", "== $CI_DEFAULT_BRANCH ||\n      auto", "rules:if"),
        ("deployment_tier: production", "deployment_tier: prod", "no tier prod"),
        ("needs: [join]", "needs: [rollback]", "not in an earlier stage"),
        ("\njoin:\n", "\nimage:\n", "a keyword, not a job"),
        ("needs: [package]", "needs: [packages]", "no job packages"),
        ("needs: [lint, test, audit]", "needs: [.cargo]", "no job .cargo"),
        ("  script:\n    - renovate", "  scripts:\n    - renovate", "no keyword scripts"),
        ("  script:\n    - cat dist/notes.md\n", "", "has no script"),
        ("      allow_failure: false\n", "", "may be skipped"),
        ("$CI_DEPLOY_FREEZE != null", "$CI_DEPLOY_FREEZE == null", "deploy: may be started in a freeze"),
        (" && \"$[[ inputs.force ]]\" != \"true\"\n", "\n", "deploy: cannot be forced in a freeze"),
        ("    - if: $CI_PIPELINE_SOURCE == \"schedule\"\n      when: never\n", "", "is part of a schedule"),
        ("  resource_group: production\n", "", "two at a time"),
        ("  interruptible: false\n  retry: 0\n", "  retry: 0\n", "may be cancelled"),
        ("alias: postgres\n", "alias: database\n", "no service postgres"),
        ("@postgres:5432", "@127.0.0.1:5432", "no service 127.0.0.1"),
        ("\"$[[ inputs.force ]]\"", "\"$[[ inputs.forced ]]\"", "no input forced"),
        ("window.sh $[[ inputs.force ]]", "window.sh $[[ inputs.forced ]]", "no input forced"),
        ("\"$BEFORE_IMAGE\"", "\"$BEFORE_IMAGE", "unclosed quote"),
    ] {
        assert!(text.contains(right), "no {right:?}");
        let found = faults(&text.replacen(right, wrong, 1));
        assert!(found.iter().any(|found| found.contains(fault)), "{wrong:?}: {found:?} lacks {fault:?}");
    }
}

/// A merge request, the default branch and a tag have one pipeline each.
#[test]
fn a_change_has_one_pipeline() {
    let (_, pipeline) = documents(largest().text(FILE));
    let rules: Vec<&str> = conditions(&pipeline["workflow"]).collect();
    let expected =
        ["$CI_PIPELINE_SOURCE == \"merge_request_event\"", "$CI_COMMIT_TAG", "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"];
    assert_eq!(rules, expected);
}

/// The commands of GitHub's workflow run in a generated project, and these are the same.
#[test]
fn lint_and_test_run_the_commands_of_the_workflow() {
    let (_, pipeline) = documents(largest().text(FILE));
    let with_workflow = all().iter().find_map(|project| project.get(".github/workflows/ci.yml"));
    let workflow: Value = serde_yaml_ng::from_str(with_workflow.expect("there is a workflow")).expect("parses");
    for job in ["lint", "test"] {
        let steps = workflow["jobs"][job]["steps"].as_sequence().expect("steps").iter();
        let runs = steps.filter_map(|step| step["run"].as_str());
        let runs: Vec<&str> = runs.filter(|run| run.starts_with("cargo ")).collect();
        let script: Vec<&str> = strings(&pipeline[job]["script"]).collect();
        assert!(!script.is_empty(), "{job}");
        assert_eq!(script, runs, "{job}");
    }
}

/// The project with the most lines in its pipeline.
fn largest() -> &'static Project {
    let has_plants = |text: &str| text.contains("alias: postgres") && text.contains("$BEFORE_IMAGE");
    let with_pipeline = all().iter().filter(|project| project.get(FILE).is_some_and(has_plants));
    with_pipeline.max_by_key(|project| project.text(FILE).len()).expect("there is a pipeline")
}

/// The inputs, and the pipeline.
fn documents(text: &str) -> (Value, Value) {
    use serde::Deserialize as _;
    let mut documents: Vec<Value> = serde_yaml_ng::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).expect("parses"))
        .collect();
    let pipeline = documents.pop().expect("a document");
    (documents.pop().unwrap_or_default(), pipeline)
}

/// What is wrong with a pipeline.
fn faults(text: &str) -> Vec<String> {
    let (inputs, pipeline) = documents(text);
    let all: BTreeMap<&str, &Value> = pairs(&pipeline).filter(|(name, _)| !GLOBAL.contains(name)).collect();
    let stages: Vec<&str> = strings(&pipeline["stages"]).collect();
    let place = |job: &Job| stages.iter().position(|stage| Some(*stage) == job.get("stage").and_then(Value::as_str));
    let mut faults: Vec<String> =
        conditions(&pipeline["workflow"]).filter(|condition| !is_condition(condition)).map(wrong_condition).collect();
    for (name, own) in &all {
        faults.extend(own_faults(name, own, &inputs).into_iter().map(|fault| format!("{name}: {fault}")));
        let mut add = |fault: String| faults.push(format!("{name}: {fault}"));
        let job = match Job::of(name, &all) {
            Ok(job) => job,
            Err(unknown) => {
                add(format!("extends: no job {unknown}"));
                continue;
            }
        };
        if name.starts_with('.') {
            continue;
        }
        if job.get("script").is_none() {
            add("has no script".to_owned());
        }
        if place(&job).is_none() {
            add(format!("no stage {}", job.get("stage").and_then(Value::as_str).unwrap_or("given")));
        }
        for need in job.get("needs").into_iter().flat_map(strings) {
            match all.contains_key(need) && !need.starts_with('.') {
                false => add(format!("needs: no job {need}")),
                true => match Job::of(need, &all) {
                    Ok(needed) if place(&needed) < place(&job) => {}
                    _ => add(format!("needs {need}, which is not in an earlier stage")),
                },
            }
        }
        services(&job).into_iter().for_each(&mut add);
        if let Some(environment) = job.get("environment") {
            let tier = environment["deployment_tier"].as_str().unwrap_or("given");
            if !TIERS.contains(&tier) {
                add(format!("no tier {tier}"));
            }
            rules::of_deployment(name, &job).into_iter().for_each(&mut add);
        }
    }
    faults
}

/// What is wrong with the lines of a job itself: its name, keywords, conditions and scripts.
fn own_faults(name: &str, job: &Value, inputs: &Value) -> Vec<String> {
    let mut faults: Vec<String> =
        conditions(job).filter(|condition| !is_condition(condition)).map(wrong_condition).collect();
    if RESERVED.contains(&name) {
        faults.push("a keyword, not a job".to_owned());
    }
    let unknown = pairs(job).map(|(keyword, _)| keyword).filter(|keyword| !OF_JOBS.contains(keyword));
    faults.extend(unknown.map(|keyword| format!("no keyword {keyword}")));
    let lines: Vec<&str> =
        ["before_script", "script"].iter().flat_map(|key| job.get(key).into_iter().flat_map(strings)).collect();
    faults.extend(lines.iter().filter(|line| !is_closed(line)).map(|line| format!("unclosed quote in {line}")));
    for line in conditions(job).chain(lines) {
        let used = line.split("$[[ inputs.").skip(1).filter_map(|rest| Some(rest.split_once(" ]]")?.0));
        let missing = used.filter(|input| inputs["spec"]["inputs"].get(*input).is_none());
        faults.extend(missing.map(|input| format!("no input {input}")));
    }
    faults
}

/// Variables of tests whose host is no service of the job.
fn services(job: &Job) -> Vec<String> {
    let services = job.get("services").and_then(Value::as_sequence).into_iter().flatten();
    let aliases: BTreeSet<&str> = services.filter_map(|service| service["alias"].as_str()).collect();
    let variables = job.get("variables").into_iter().flat_map(pairs);
    let urls = variables.filter(|(name, _)| name.starts_with("TEST_")).filter_map(|(_, url)| url.as_str());
    let hosts = urls.filter_map(|url| url.split_once("://")?.1.rsplit('@').next()?.split([':', '/']).next());
    hosts.filter(|host| !aliases.contains(host)).map(|host| format!("no service {host}")).collect()
}

/// A job with what it extends.
struct Job(Mapping);

impl Job {
    /// # Errors
    /// The name of a job that does not exist, or that extends itself.
    fn of<'a>(name: &'a str, all: &BTreeMap<&'a str, &'a Value>) -> Result<Self, String> {
        let (mut job, mut next, mut seen) = (Mapping::new(), Some(name), BTreeSet::new());
        while let Some(name) = next {
            let own = all.get(name).filter(|_| seen.insert(name)).ok_or_else(|| name.to_owned())?;
            for (keyword, value) in own.as_mapping().into_iter().flatten() {
                job.entry(keyword.clone()).or_insert_with(|| value.clone());
            }
            next = own["extends"].as_str();
        }
        Ok(Self(job))
    }

    fn get(&self, keyword: &str) -> Option<&Value> {
        self.0.get(keyword)
    }
}

fn pairs(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_mapping().into_iter().flatten().filter_map(|(key, value)| Some((key.as_str()?, value)))
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value.as_sequence().into_iter().flatten().filter_map(Value::as_str)
}

/// Whether every quote of a line of shell is closed.
fn is_closed(line: &str) -> bool {
    let mut open = None;
    for letter in line.chars() {
        match (open, letter) {
            (None, '"' | '\'') => open = Some(letter),
            (Some(quote), letter) if quote == letter => open = None,
            _ => {}
        }
    }
    open.is_none()
}
