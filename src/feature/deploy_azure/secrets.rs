//! Secrets in a deployment to Azure Container Apps: each is in a Key Vault, which the identity of the app may read.

use std::fmt::Write as _;

use minijinja::Value;

use crate::name::{lengthened, shortened};
use crate::part::Settings;
use crate::part::setting::SecretSetting;

/// The password for the store of the metrics, which is no setting of the service.
const METRICS: SecretSetting =
    SecretSetting { name: "METRICS_PASSWORD", meaning: "the password of the store of metrics", example: "PASSWORD" };

/// The API key of Datadog, which only the Agent has.
const DATADOG: SecretSetting =
    SecretSetting { name: "DD_API_KEY", meaning: "the API key of Datadog", example: "API_KEY" };

/// The variables of templates, for a service alone.
pub(super) fn alone(settings: &Settings, label: &str) -> Vec<(&'static str, Value)> {
    variables(&settings.secrets().collect::<Vec<_>>(), label)
}

/// The same, for a service whose metrics are sent on.
pub(super) fn with_metrics(settings: &Settings, label: &str) -> Vec<(&'static str, Value)> {
    variables(&settings.secrets().chain([METRICS]).collect::<Vec<_>>(), label)
}

/// The same, with the Agent of Datadog.
pub(super) fn with_datadog(settings: &Settings, label: &str) -> Vec<(&'static str, Value)> {
    variables(&settings.secrets().chain([DATADOG]).collect::<Vec<_>>(), label)
}

fn variables(secrets: &[SecretSetting], label: &str) -> Vec<(&'static str, Value)> {
    let app = app(label);
    vec![
        ("azure_secrets", list(secrets, &app).into()),
        ("azure_identity", identity(&app).into()),
        ("azure_environment", resource(&app, "Microsoft.App/managedEnvironments").into()),
        ("azure_registry", registry(&app).into()),
        ("secret_commands", commands(secrets, &app).into()),
        ("app_name", app.into()),
    ]
}

/// The name of the app, and of what belongs to it: of at most 24 characters and at least 3, as a Key Vault needs; an app may
/// have 32.
fn app(label: &str) -> String {
    lengthened(shortened(label, 24), 3, "-service")
}

/// The name of a registry: 5 to 50 letters and digits.
fn registry(app: &str) -> String {
    lengthened(app.replace('-', ""), 5, "registry")
}

/// A resource of the group of the app; the operator replaces the subscription.
fn resource(label: &str, kind: &str) -> String {
    let subscription = "/subscriptions/00000000-0000-0000-0000-000000000000";
    format!("{subscription}/resourceGroups/{label}/providers/{kind}/{label}")
}

fn identity(label: &str) -> String {
    resource(label, "Microsoft.ManagedIdentity/userAssignedIdentities")
}

/// The name of a secret in the Key Vault, and in the app.
fn dashed(secret: &SecretSetting) -> String {
    secret.key().replace('_', "-")
}

/// `secrets` of the app; empty without a secret.
fn list(secrets: &[SecretSetting], label: &str) -> String {
    let entry = |secret: &SecretSetting| {
        let (name, identity) = (dashed(secret), identity(label));
        let url = format!("https://{label}.vault.azure.net/secrets/{name}");
        format!("      - name: {name}\n        keyVaultUrl: {url}\n        identity: {identity}\n")
    };
    let entries: String = secrets.iter().map(entry).collect();
    if entries.is_empty() { entries } else { format!("    secrets:\n{entries}") }
}

/// The commands that store the secrets; empty without a secret.
fn commands(secrets: &[SecretSetting], label: &str) -> String {
    let mut lines = String::new();
    for secret in secrets {
        let (name, file) = (dashed(secret), format!("deploy/secrets/{}", secret.key()));
        writeln!(lines, "printf '%s' '{}' >{file}", secret.example).expect("a String takes every write");
        writeln!(lines, "az keyvault secret set --vault-name {label} --name {name} --file {file} --output none")
            .expect("a String takes every write");
    }
    if lines.is_empty() {
        return lines;
    }
    format!(
        "\nSecrets are in the Key Vault, from files that are never committed; delete the files afterwards, and what the history\n\
         of the shell has of these commands:\n\n```sh\numask 077\nmkdir -p deploy/secrets\n{lines}```\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::setting::deployed::tests::settings;

    #[test]
    fn a_secret_is_a_reference_to_the_vault() {
        let secrets: Vec<_> = settings().secrets().collect();
        let list = list(&secrets, "shop");
        assert!(list.starts_with("    secrets:\n      - name: store-url\n"), "{list}");
        assert!(list.contains("https://shop.vault.azure.net/secrets/store-url\n"), "{list}");
        assert!(!list.contains("PASSWORD"), "{list}");
        assert!(commands(&secrets, "shop").contains("--name store-url --file deploy/secrets/store_url"));
    }

    #[test]
    fn without_a_secret_there_is_no_list() {
        assert_eq!((list(&[], "shop"), commands(&[], "shop")), Default::default());
    }
}
