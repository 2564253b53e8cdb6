//! Settings in a deployment, whatever its target: those that it fixes, those that its operator edits, and the secrets.

use std::collections::BTreeMap;

use super::{Deployed, Setting, Settings};

/// A setting that may hold a secret, in a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretSetting {
    /// Its name; the variable `NAME_FILE` may have the path of a file instead.
    pub name: &'static str,
    /// What it is, for the operator who makes it.
    pub meaning: &'static str,
    /// An example of its value.
    pub example: &'static str,
}

impl SecretSetting {
    /// Its name in lower case, as files and keys of secrets are named.
    pub fn key(self) -> String {
        self.name.to_lowercase()
    }

    /// What templates may ask for: `<% secret.name %>`.
    fn fields(self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("name", self.name.to_owned()),
            ("key", self.key()),
            ("dashed", self.key().replace('_', "-")),
            ("example", self.example.to_owned()),
            ("meaning", self.meaning.to_owned()),
        ])
    }
}

impl Settings {
    /// Those that are the same in every environment, with their values.
    pub fn fixed(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.iter().filter_map(|setting| match setting.deployed? {
            Deployed::As(value) => Some((setting.name, value)),
            Deployed::Adjustable | Deployed::ByOperator { .. } => None,
        })
    }

    /// Those that the operator edits and that are no secrets: each with its value, or an example of it.
    pub fn of_operator(&self) -> impl Iterator<Item = (&Setting, &'static str)> {
        self.iter().filter(|setting| !setting.secret).filter_map(|setting| match setting.deployed? {
            Deployed::Adjustable => Some((setting, setting.default)),
            Deployed::ByOperator { example, .. } => Some((setting, example)),
            Deployed::As(_) => None,
        })
    }

    /// Those that may hold a secret and that only the operator knows.
    pub fn secrets(&self) -> impl Iterator<Item = SecretSetting> {
        self.iter().filter(|setting| setting.secret).filter_map(|setting| match setting.deployed? {
            Deployed::ByOperator { meaning, example } => Some(SecretSetting { name: setting.name, meaning, example }),
            Deployed::As(_) | Deployed::Adjustable => None,
        })
    }

    /// The lines of a file of variables with the fixed ones.
    pub(crate) fn fixed_lines(&self) -> String {
        self.fixed().map(|(name, value)| format!("{name}={value}\n")).collect()
    }

    /// The lines of a file of variables that the operator edits, each with its description.
    pub(crate) fn operator_lines(&self) -> String {
        let lines = self.of_operator().map(|(Setting { name, about, .. }, value)| format!("# {about}\n{name}={value}"));
        lines.collect::<Vec<_>>().join("\n\n")
    }

    /// The same as a list for templates: `name`, `value`, `about`.
    pub(crate) fn operator_fields(&self) -> Vec<BTreeMap<&'static str, &'static str>> {
        let fields = self.of_operator().map(|(setting, value)| {
            BTreeMap::from([("name", setting.name), ("value", value), ("about", setting.about)])
        });
        fields.collect()
    }

    /// The fixed ones as a list for templates: `name`, `value`.
    pub(crate) fn fixed_fields(&self) -> Vec<BTreeMap<&'static str, &'static str>> {
        self.fixed().map(|(name, value)| BTreeMap::from([("name", name), ("value", value)])).collect()
    }

    /// The secrets as a list for templates: `name`, `key`, `dashed`, `example`, `meaning`.
    pub(crate) fn secret_fields(&self) -> Vec<BTreeMap<&'static str, String>> {
        self.secrets().map(SecretSetting::fields).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::Group;
    use super::*;

    /// A setting of each kind.
    pub(crate) fn settings() -> Settings {
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
    fn a_secret_is_neither_fixed_nor_edited_in_a_file_of_variables() {
        let settings = settings();
        assert_eq!(settings.fixed_lines(), "KEY_PREFIX=live\n");
        let adjusted = "# What to log\nRUST_LOG=info\n\n# The peer\nPEER=https://peer.example.com/v1";
        assert_eq!(settings.operator_lines(), adjusted);
        let names: Vec<_> = settings.secrets().map(|secret| (secret.name, secret.key())).collect();
        assert_eq!(names, [("STORE_URL", "store_url".to_owned())]);
    }
}
