//! Settings in a deployment to Kubernetes: variables of a ConfigMap, and keys of a Secret that the operator creates.
//!
//! A setting that may hold a secret is a key of that Secret, mounted as a file; the variable `NAME_FILE` has its path.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Deployed, Setting, Settings};

/// The folder in the container that has a file for each key.
const FOLDER: &str = "/run/secrets";

/// The lines of a file of variables that are the same in every environment.
pub(crate) fn fixed(settings: &Settings) -> String {
    let lines = settings.iter().filter_map(|setting| match setting.deployed? {
        Deployed::As(value) => Some(format!("{}={value}\n", setting.name)),
        Deployed::Adjustable | Deployed::ByOperator { .. } => None,
    });
    lines.collect()
}

/// The lines of a file of variables that the operator edits, each with its description.
pub(crate) fn of_operator(settings: &Settings) -> String {
    let lines = settings.iter().filter(|setting| !setting.secret).filter_map(|setting| {
        let Setting { name, default, about, .. } = setting;
        let value = match setting.deployed? {
            Deployed::Adjustable => default,
            Deployed::ByOperator { example, .. } => example,
            Deployed::As(_) => return None,
        };
        Some(format!("# {about}\n{name}={value}"))
    });
    lines.collect::<Vec<_>>().join("\n\n")
}

/// The keys of the Secret: each with its variable and its path.
pub(crate) fn secret_keys(settings: &Settings) -> Vec<BTreeMap<&'static str, String>> {
    let fields = |setting: &Setting| {
        let key = key(setting);
        let path = format!("{FOLDER}/{key}");
        BTreeMap::from([("variable", format!("{}_FILE", setting.name)), ("path", path)])
    };
    secrets(settings).map(|(setting, _)| fields(setting)).collect()
}

/// Mounts the Secret into the container; empty without a secret.
pub(crate) fn secret_mount(settings: &Settings) -> String {
    match secrets(settings).next() {
        Some(_) => {
            format!("            - name: secrets\n              mountPath: {FOLDER}\n              readOnly: true\n")
        }
        None => String::new(),
    }
}

/// The volume of that mount. A pod waits until the Secret has every key.
pub(crate) fn secret_volume(settings: &Settings, secret: &str) -> String {
    let items: String = secrets(settings)
        .map(|(setting, _)| key(setting))
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
pub(crate) fn secret_commands(settings: &Settings, label: &str) -> String {
    const FILES: &str = "deploy/secrets/production";
    let mut files = String::new();
    for (setting, example) in secrets(settings) {
        writeln!(files, "echo '{example}' >{FILES}/{}", key(setting)).expect("a String takes every write");
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
pub(crate) fn egress_ports(settings: &Settings) -> Vec<u16> {
    let examples = settings.iter().filter_map(|setting| match setting.deployed? {
        Deployed::ByOperator { example, .. } => Some(example),
        Deployed::As(_) | Deployed::Adjustable => None,
    });
    examples.filter_map(port).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The settings that may hold a secret, each with an example of its value.
fn secrets(settings: &Settings) -> impl Iterator<Item = (&Setting, &'static str)> {
    settings.iter().filter(|setting| setting.secret).filter_map(|setting| match setting.deployed? {
        Deployed::ByOperator { example, .. } => Some((setting, example)),
        Deployed::As(_) | Deployed::Adjustable => None,
    })
}

fn key(setting: &Setting) -> String {
    setting.name.to_lowercase()
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
    use super::super::Group;
    use super::*;

    fn settings() -> Settings {
        let by_operator = |example| Deployed::ByOperator { meaning: "the URL", example };
        let mut settings = Settings::default();
        settings.add(Group::Logging, "RUST_LOG", "info", "What to log").deployed(Deployed::Adjustable);
        settings.add(Group::Access, "KEY_PREFIX", "dev", "Prefix of keys").deployed(Deployed::As("live"));
        let url = settings.add(Group::Data, "STORE_URL", "store://app", "URL of the store").secret();
        url.deployed(by_operator("store://app:PASSWORD@store.example.com:5432/app?tls=on"));
        settings.add(Group::Upstream, "PEER", "", "The peer").deployed(by_operator("https://peer.example.com/v1"));
        settings
    }

    #[test]
    fn a_secret_is_a_file_and_no_variable() {
        let settings = settings();
        assert_eq!(fixed(&settings), "KEY_PREFIX=live\n");
        let adjusted = "# What to log\nRUST_LOG=info\n\n# The peer\nPEER=https://peer.example.com/v1";
        assert_eq!(of_operator(&settings), adjusted);
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
