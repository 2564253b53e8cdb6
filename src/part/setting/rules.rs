//! What holds for several settings: the paragraphs before the tables of `docs/settings.md`, each only in a project that
//! has such a setting.

use super::{Setting, Settings};

const SECRETS: &str = "\
A setting that may hold a secret can also be a file: `NAME_FILE` is the path of a file with the value, as container
platforms mount secrets. `NAME` and `NAME_FILE` together are an error.

";

const PROXIES: &str = "\
`HTTP_PROXY` and similar variables are ignored: outbound HTTP calls are made directly. Where calls must pass a proxy,
enforce that in the network.

";

impl Settings {
    /// The paragraphs, each with the empty line after it.
    pub(crate) fn rules(&self) -> String {
        let secrets = self.iter().any(|setting| setting.secret).then_some(SECRETS);
        let proxies = self.iter().any(|setting| setting.http).then_some(PROXIES);
        [secrets.map(str::to_owned), self.urls(), proxies.map(str::to_owned)].into_iter().flatten().collect()
    }

    /// The rule for URLs that must not be empty.
    fn urls(&self) -> Option<String> {
        let names: Vec<_> = self.iter().filter(|setting| setting.is_url_with_default()).map(Setting::code).collect();
        let names = (!names.is_empty()).then(|| names.join(", "))?;
        Some(format!("An empty URL is an error, since the default would be used in its place: {names}.\n\n"))
    }
}

impl Setting {
    /// Whether an empty value is rejected, by the rule of `src/platform/settings.rs`.
    fn is_url_with_default(&self) -> bool {
        self.name.ends_with("_URL") && !self.required && !self.default.is_empty()
    }

    fn code(&self) -> String {
        format!("`{}`", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Group;
    use super::*;

    #[test]
    fn a_project_without_such_settings_has_no_paragraph() {
        let mut settings = Settings::default();
        settings.add(Group::Logging, "LOG_FORMAT", "json", "Shape of log lines");
        settings.add(Group::Monitoring, "AGENT_URL", "", "Where the agent is, if there is one");
        settings.require(Group::Access, "KEYS_URL", "http://127.0.0.1:9000", "URL of the keys");
        assert_eq!(settings.rules(), "");
    }

    #[test]
    fn each_paragraph_is_there_with_a_setting_that_it_is_about() {
        let mut settings = Settings::default();
        settings.add(Group::Data, "STORE_URL", "store://app", "URL of the store").secret();
        settings.add(Group::Upstream, "OTHER_URL", "http://127.0.0.1:9100", "URL of the other service").http();
        let urls =
            "An empty URL is an error, since the default would be used in its place: `STORE_URL`, `OTHER_URL`.\n\n";
        assert_eq!(settings.rules(), format!("{SECRETS}{urls}{PROXIES}"));
    }
}
