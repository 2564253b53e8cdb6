//! What the pages say of the service and of its project.

use std::collections::BTreeSet;

use restwell::choice::{Ci, Deploy, Monitoring};

use super::model::Service;
use super::{files, parse, tree};
use crate::projects::{Project, all, source};

fn of_cloud_run() -> impl Iterator<Item = &'static Project> {
    all().iter().filter(|project| project.stack.deploy == Deploy::Gcp)
}

/// Whether the text speaks of a container that every replica has beside the service.
fn speaks_of_a_sidecar(text: &str) -> bool {
    ["in the same replica", "beside each replica", "beside it, "].iter().any(|words| text.contains(words))
}

#[test]
fn a_service_without_a_sidecar_has_no_page_about_one() {
    let mut seen = BTreeSet::new();
    for project in of_cloud_run() {
        let service: Service = parse(&files(project.files())["service.yaml"]).expect("a service");
        let has_sidecar = service.spec.template.spec.containers.len() > 1;
        if seen.insert((has_sidecar, project.text("docs/decisions/deploy-gcp.md"))) {
            let page = project.text("docs/decisions/deploy-gcp.md");
            assert!(has_sidecar || !speaks_of_a_sidecar(page), "{}", project.id());
        }
    }
    assert!(seen.iter().any(|(has_sidecar, _)| *has_sidecar) && seen.iter().any(|(has_sidecar, _)| !has_sidecar));
    assert!(speaks_of_a_sidecar("the collector in the same replica reads metrics there"));
}

/// A pipeline cannot exchange its token, or has no account, without these.
#[test]
fn the_readme_of_a_project_with_a_pipeline_creates_its_account() {
    for project in of_cloud_run() {
        let readme = project.text("README.md");
        let wanted = project.stack.ci != Ci::None;
        for words in [
            "gcloud services enable iamcredentials.googleapis.com sts.googleapis.com\n",
            "gcloud iam workload-identity-pools create \"$name\"",
            "providers create-oidc \"$name\"",
            "--attribute-condition \"assertion.",
            "--role roles/iam.serviceAccountUser",
            "--role roles/iam.workloadIdentityUser",
        ] {
            assert_eq!(readme.matches(words).count(), usize::from(wanted), "{words} in {}", project.id());
        }
    }
}

/// The examples of secrets ask for certificates that the services of Google Cloud do not have.
#[test]
fn the_readme_says_how_the_servers_of_the_cloud_are_reached() {
    for project in of_cloud_run() {
        let readme = project.text("README.md");
        for (example, instead) in [("sslmode=verify-full' >", "`sslmode=require`"), ("'rediss://", "`redis://`")] {
            assert_eq!(readme.contains(example), readme.contains(instead), "{example} in {}", project.id());
        }
    }
}

#[test]
fn a_rule_that_only_the_cloud_can_evaluate_is_said_to_be_one() {
    let rule = "ops/alerts/cloud-run.yml";
    for project in of_cloud_run().filter(|project| project.stack.monitoring == Monitoring::Otlp) {
        assert!(project.get(rule).is_some_and(|text| text.contains("run_googleapis_com:")), "{}", project.id());
        assert!(project.text("README.md").contains("[cloud-run.yml](ops/alerts/cloud-run.yml) never fires"));
    }
}

#[test]
fn another_service_is_a_file_beside_the_first() {
    let tree = tree(Monitoring::None);
    let readme = source(&tree, "README.md");
    let named = readme.split("`SERVICE=").nth(1).and_then(|rest| rest.split('`').next()).expect("an example");
    assert!(!named.contains('/'), "rollout.sh reads it in its own folder: {named}");
    assert!(source(&tree, "deploy/rollout.sh").contains("cd \"$(dirname \"$0\")\"\n"));
}
