//! What several files say of the same thing: the secrets, and the container that sends the metrics on.

use std::fs;

use restwell::plan::Plan;

use super::model::parse;
use super::{FILE, largest};
use crate::ci_scripts::{folder, run, text as said, write};
use crate::projects::{NAME, source, tree};

#[test]
fn every_secret_is_stored_from_a_file_and_is_in_no_file_of_the_repository() {
    let stack = largest();
    let (tree, plan) = (tree(&stack), Plan::new(&stack, NAME));
    let readme = source(&tree, "README.md");
    for secret in plan.parts.settings.secrets() {
        let (name, key) = (secret.key().replace('_', "-"), secret.key());
        let stored = format!("--name {name} --file deploy/secrets/{key} ");
        assert!(readme.contains(&stored), "{stored}");
        assert!(!source(&tree, FILE).contains(secret.example), "{name}");
    }
    assert!(!readme.contains("keyvault secret set --value"), "a command line is seen by every process");
    assert!(source(&tree, ".gitignore").lines().any(|line| line == "secrets/"));
}

/// Runs what the container runs, with a Prometheus that only shows its configuration.
#[test]
fn the_container_of_the_metrics_makes_a_configuration_of_its_variables() {
    let tree = tree(&largest());
    let app: serde_yaml_ng::Value = serde_yaml_ng::from_str(source(&tree, FILE)).expect("YAML");
    let containers = app["properties"]["template"]["containers"].as_sequence().expect("containers");
    let metrics = containers.iter().find(|container| container["name"] == "metrics").expect("the container");
    let command: Vec<&str> =
        metrics["command"].as_sequence().expect("a command").iter().filter_map(|word| word.as_str()).collect();
    assert_eq!(command, ["/bin/sh", "-euc"]);
    let place = folder(&[]);
    let inside = |text: &str| {
        text.replace("/tmp/", &format!("{}/", place.path().display())).replace("exec /bin/prometheus", "echo")
    };
    write(&place.path().join("start"), &inside(metrics["args"][0].as_str().expect("a script")));
    let value = |name: &str| {
        let variables = metrics["env"].as_sequence().expect("variables");
        variables
            .iter()
            .find(|variable| variable["name"] == name)
            .and_then(|variable| variable["value"].as_str())
            .expect("a value")
    };
    let configuration = inside(value("CONFIGURATION"));
    let variables = [
        ("CONFIGURATION", configuration.as_str()),
        ("METRICS_URL", value("METRICS_URL")),
        ("METRICS_USER", value("METRICS_USER")),
        ("METRICS_PASSWORD", "hidden"),
        ("CONTAINER_APP_REPLICA_NAME", "pier--v1-abc"),
    ];
    let started = run(place.path(), "/bin/sh -eu start", &variables);
    assert!(started.status.success(), "{}", said(&started.stderr));
    assert_eq!(fs::read_to_string(place.path().join("password")).expect("a password"), "hidden");
    let written = fs::read_to_string(place.path().join("metrics.yml")).expect("a configuration");
    let written: serde_yaml_ng::Value = serde_yaml_ng::from_str(&written).expect("YAML");
    let job = &written["scrape_configs"][0];
    assert_eq!(job["job_name"], NAME);
    assert_eq!(job["static_configs"][0]["targets"][0], "127.0.0.1:8081");
    assert_eq!(job["relabel_configs"][0]["replacement"], "pier--v1-abc");
    let remote = &written["remote_write"][0];
    assert_eq!(
        (remote["url"].as_str(), remote["basic_auth"]["username"].as_str()),
        (Some(value("METRICS_URL")), Some(NAME))
    );
}

/// The page about a secret has to fit its address: one without a version follows the vault.
#[test]
fn the_page_says_when_a_secret_is_read() {
    let tree = tree(&largest());
    let app = parse(source(&tree, FILE)).expect("sound");
    let secrets = app.properties.configuration.secrets.expect("secrets");
    let follows = |url: &str| url.split("/secrets/").nth(1).is_some_and(|name| !name.contains('/'));
    assert!(secrets.iter().all(|secret| follows(&secret.key_vault_url)));
    let page = source(&tree, "docs/decisions/deploy-azure.md");
    assert!(page.contains("within 30 minutes") && !page.contains("when a\n  revision starts"), "{page}");
}

/// Every resource that the description names, and every role that the page needs, has its command.
#[test]
fn the_readme_creates_what_the_app_needs() {
    let tree = tree(&largest());
    let (readme, text) = (source(&tree, "README.md"), source(&tree, FILE));
    let registry = text.lines().find_map(|line| line.trim().strip_prefix("- server: ")).expect("a registry");
    let registry = registry.split('.').next().expect("its name");
    assert!(readme.contains(&format!("group={NAME} registry={registry} vault={NAME}\n")), "the names of the file");
    for kind in ["group", "containerapp env", "acr", "keyvault", "identity"] {
        assert_eq!(readme.matches(&format!("\naz {kind} create --name ")).count(), 1, "{kind}");
    }
    for role in ["AcrPull", "'Key Vault Secrets User'", "'Key Vault Secrets Officer'"] {
        assert!(readme.contains(&format!("  --role {role} --scope ")), "{role}");
    }
}
