//! Settings in a deployment to Kubernetes: variables of a ConfigMap, and keys of a Secret that the operator creates.
//!
//! A setting that may hold a secret is a key of that Secret, mounted as a file; the variable `NAME_FILE` has its path.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use minijinja::Value;

use crate::part::setting::SecretSetting;
use crate::part::{Deployed, Settings};

/// The folder in the container that has a file for each key.
const FOLDER: &str = "/run/secrets";

/// The variables of templates: the settings as the objects of a cluster have them.
pub(super) fn variables(settings: &Settings, label: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("egress_ports", egress_ports(settings).into()),
        ("secret_commands", secret_commands(settings, label).into()),
        ("secret_keys", secret_keys(settings).into()),
        ("secret_mount", secret_mount(settings).into()),
        ("secret_volume", secret_volume(settings, label).into()),
    ]
}

/// The keys of the Secret: each with its variable and its path.
fn secret_keys(settings: &Settings) -> Vec<BTreeMap<&'static str, String>> {
    let fields = |secret: SecretSetting| {
        let path = format!("{FOLDER}/{}", secret.key());
        BTreeMap::from([("variable", format!("{}_FILE", secret.name)), ("path", path)])
    };
    settings.secrets().map(fields).collect()
}

/// Mounts the Secret into the container; empty without a secret.
fn secret_mount(settings: &Settings) -> String {
    match settings.secrets().next() {
        Some(_) => {
            format!("            - name: secrets\n              mountPath: {FOLDER}\n              readOnly: true\n")
        }
        None => String::new(),
    }
}

/// The volume of that mount. A pod waits until the Secret has every key.
fn secret_volume(settings: &Settings, secret: &str) -> String {
    let items: String = settings
        .secrets()
        .map(SecretSetting::key)
        .map(|key| format!("              - {{ key: {key}, path: {key} }}\n"))
        .collect();
    if items.is_empty() {
        return items;
    }
    format!(
        "        - name: secrets\n          secret:\n            secretName: {secret}\n            # 0440: for the \
         group of the process.\n            defaultMode: 288\n            items:\n{items}"
    )
}

/// The commands that create the Secret of production; empty without a secret.
fn secret_commands(settings: &Settings, label: &str) -> String {
    const FILES: &str = "deploy/secrets/production";
    let mut files = String::new();
    for secret in settings.secrets() {
        writeln!(files, "echo '{}' >{FILES}/{}", secret.example, secret.key()).expect("a String takes every write");
    }
    if files.is_empty() {
        return files;
    }
    format!(
        "\nThe Secret is created beforehand, from files that are never committed; that of staging likewise, in the namespace\n\
         `{label}-staging`:\n\n```sh\numask 077\nmkdir -p {FILES}\n{files}kubectl create namespace {label}\n\
         kubectl create secret generic {label} --namespace {label} --from-file={FILES}\n```\n"
    )
}

/// The ports of the servers and services that only the operator knows.
fn egress_ports(settings: &Settings) -> Vec<u16> {
    let examples = settings.iter().filter_map(|setting| match setting.deployed? {
        Deployed::ByOperator { example, .. } => Some(example),
        Deployed::As(_) | Deployed::Adjustable => None,
    });
    examples.filter_map(port).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The port of a URL, if it is one.
fn port(url: &str) -> Option<u16> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?']).next()?.rsplit('@').next()?;
    match (host.rsplit_once(':'), scheme) {
        (Some((_, port)), _) => port.parse().ok(),
        (None, "https") => Some(443),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::setting::deployed::tests::settings;

    #[test]
    fn a_secret_is_a_file_and_no_variable() {
        let settings = settings();
        let keys = secret_keys(&settings);
        assert_eq!(keys.len(), 1);
        assert_eq!(
            (keys[0]["variable"].as_str(), keys[0]["path"].as_str()),
            ("STORE_URL_FILE", "/run/secrets/store_url")
        );
        assert!(secret_volume(&settings, "shop").contains("{ key: store_url, path: store_url }"));
        assert!(secret_commands(&settings, "shop").contains(">deploy/secrets/production/store_url\n"));
    }

    #[test]
    fn without_a_secret_nothing_is_mounted() {
        let none = Settings::default();
        assert_eq!((secret_mount(&none), secret_volume(&none, "shop")), Default::default());
        assert_eq!(secret_commands(&none, "shop"), "");
    }

    #[test]
    fn ports_are_those_of_the_examples() {
        assert_eq!(egress_ports(&settings()), [443, 5432]);
        assert_eq!((port("products"), port("http://a:80/b")), (None, Some(80)));
    }
}
