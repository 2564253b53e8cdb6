//! What a generated project can be told from its environment, listed by its `.env.example` and its `docs/settings.md`, and
//! set by its deployment.

pub(crate) mod deployed;
mod rules;

use std::fmt::Write as _;

use super::OperatorValue;
pub use deployed::SecretSetting;

/// One variable of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What holds when it is not set; empty where leaving it out is the default. Of a required setting, a value for
    /// development.
    pub default: &'static str,
    /// Whether the service does not start without it.
    pub required: bool,
    /// Whether its value may hold a secret, such as the password of a URL.
    pub secret: bool,
    /// Whether the service calls the HTTP server at this address.
    pub http: bool,
    /// What it does, with its unit, in one line.
    pub about: &'static str,
    /// The settings that it is listed with.
    pub group: Group,
    /// Its value in a deployment, where that is not the default.
    pub deployed: Option<Deployed>,
}

/// The value of a setting in a deployment, whatever its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployed {
    /// This one.
    As(&'static str),
    /// The default, unless the operator sets another one.
    Adjustable,
    /// One that only the operator knows.
    ByOperator {
        /// What it is, for the error when it is missing.
        meaning: &'static str,
        /// An example.
        example: &'static str,
    },
}

/// Settings that are listed together, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Addresses and connections.
    Listening,
    /// Time-outs.
    TimeOuts,
    /// How much is admitted.
    Capacity,
    /// Where data is kept and cached.
    Data,
    /// Credentials.
    Access,
    /// Another service.
    Upstream,
    /// The log.
    Logging,
    /// Where metrics and traces are sent.
    Monitoring,
}

/// The settings of a project.
#[derive(Debug, Default)]
pub struct Settings(Vec<Setting>);

impl Setting {
    /// Marks that its value may hold a secret.
    pub fn secret(&mut self) -> &mut Self {
        self.secret = true;
        self
    }

    /// Marks that the service calls the HTTP server at this address.
    pub fn http(&mut self) -> &mut Self {
        self.http = true;
        self
    }

    /// Sets its value in a deployment.
    pub fn deployed(&mut self, deployed: Deployed) -> &mut Self {
        self.deployed = Some(deployed);
        self
    }
}

impl Group {
    const ALL: [Self; 8] = [
        Self::Listening,
        Self::TimeOuts,
        Self::Capacity,
        Self::Data,
        Self::Access,
        Self::Upstream,
        Self::Logging,
        Self::Monitoring,
    ];

    fn heading(self) -> &'static str {
        match self {
            Self::Listening => "Addresses and connections",
            Self::TimeOuts => "Time-outs",
            Self::Capacity => "Capacity",
            Self::Data => "Data",
            Self::Access => "Access",
            Self::Upstream => "The other service",
            Self::Logging => "Logging",
            Self::Monitoring => "Monitoring",
        }
    }
}

impl Settings {
    /// Adds a setting; features may share one, and then tell the same of it.
    pub fn add(
        &mut self,
        group: Group,
        name: &'static str,
        default: &'static str,
        about: &'static str,
    ) -> &mut Setting {
        self.push(Setting { name, default, required: false, secret: false, http: false, about, group, deployed: None })
    }

    /// Adds a setting that has no default, with a value for development.
    pub fn require(
        &mut self,
        group: Group,
        name: &'static str,
        example: &'static str,
        about: &'static str,
    ) -> &mut Setting {
        self.push(Setting {
            name,
            default: example,
            required: true,
            secret: false,
            http: false,
            about,
            group,
            deployed: None,
        })
    }

    /// # Panics
    /// If another feature tells something else of the same setting.
    fn push(&mut self, setting: Setting) -> &mut Setting {
        let known = self.0.iter().position(|known| known.name == setting.name);
        let place = known.unwrap_or_else(|| {
            self.0.push(setting);
            self.0.len() - 1
        });
        assert!(self.0[place].tells_the_same(&setting), "two features differ about `{}`", setting.name);
        &mut self.0[place]
    }

    /// Sets the value that a known setting has where only this target knows it.
    ///
    /// # Panics
    /// If there is no such setting.
    pub fn deploy(&mut self, name: &str, value: &'static str) {
        let known = self.0.iter_mut().find(|setting| setting.name == name);
        known.unwrap_or_else(|| panic!("there is no setting {name}")).deployed = Some(Deployed::As(value));
    }

    /// The settings, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }

    fn of(&self, group: Group) -> impl Iterator<Item = &Setting> {
        self.iter().filter(move |setting| setting.group == group)
    }

    /// The groups that have settings.
    fn groups(&self) -> impl Iterator<Item = Group> {
        Group::ALL.into_iter().filter(|group| self.of(*group).next().is_some())
    }

    /// The text of `.env.example`.
    pub(crate) fn env_example(&self) -> String {
        let mut text = String::from("# Copy to `.env` and change what you need: every line below is the default.\n");
        if self.iter().any(|setting| setting.required) {
            text.push_str("# A setting that has no default has a value for this machine instead.\n");
        }
        text.push_str("# The same names in lower case with dashes are flags: `cargo run -- serve --help`.\n");
        for setting in self.groups().flat_map(|group| self.of(group)) {
            let Setting { name, default, about, .. } = setting;
            write!(text, "\n# {about}\n{name}={default}\n").expect("a String takes every write");
        }
        text
    }

    /// The lines of the environment in a Compose file.
    pub(crate) fn compose_environment(&self) -> String {
        let lines = self.iter().filter_map(|setting| {
            let Setting { name, default, deployed, .. } = setting;
            let value = match (*deployed)? {
                Deployed::As(value) => value.to_owned(),
                Deployed::Adjustable => format!("${{{name}:-{default}}}"),
                Deployed::ByOperator { meaning, .. } => format!("${{{name}:?{meaning}}}"),
            };
            Some(format!("      {name}: {value}"))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The values that the operator of a deployment must set.
    pub(crate) fn operator_values(&self) -> impl Iterator<Item = OperatorValue> {
        self.iter().filter_map(|setting| match setting.deployed? {
            Deployed::ByOperator { example, .. } => Some(OperatorValue { name: setting.name, value: example }),
            Deployed::As(_) | Deployed::Adjustable => None,
        })
    }

    /// A table for each group, for `docs/settings.md`.
    pub(crate) fn tables(&self) -> String {
        let mut text = String::new();
        for group in self.groups() {
            let heading = group.heading();
            write!(text, "## {heading}\n\n| variable | default | meaning |\n| --- | --- | --- |\n")
                .expect("a String takes every write");
            self.of(group).for_each(|setting| text.push_str(&setting.row()));
            text.push('\n');
        }
        text.trim_end().to_owned()
    }
}

impl Setting {
    /// Whether both were added with the same arguments.
    fn tells_the_same(&self, other: &Self) -> bool {
        let Self { name, default, required, about, group, secret: _, http: _, deployed: _ } = self;
        (name, default, required, about, group)
            == (&other.name, &other.default, &other.required, &other.about, &other.group)
    }

    /// Its line in the table of its group.
    fn row(&self) -> String {
        let Self { name, default, required, secret, about, .. } = self;
        let default = match (required, *default) {
            (true, _) => "none".to_owned(),
            (false, "") => "empty".to_owned(),
            (false, value) => format!("`{value}`"),
        };
        let secret = if *secret { format!("; may hold a secret, so also `{name}_FILE`") } else { String::new() };
        format!("| `{name}` | {default} | {about}{secret} |\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_two_features_add_is_listed_once_with_its_group() {
        let mut settings = Settings::default();
        settings.add(Group::Logging, "LOG_FORMAT", "json", "Shape of log lines");
        settings.add(Group::Data, "DATABASE_URL", "sqlite://app.db", "URL of the database").secret();
        settings.add(Group::Data, "DATABASE_URL", "sqlite://app.db", "URL of the database");
        let head = "| variable | default | meaning |\n| --- | --- | --- |\n";
        let database = "| `DATABASE_URL` | `sqlite://app.db` | URL of the database; may hold a secret, so also `DATABASE_URL_FILE` |\n";
        let log = "| `LOG_FORMAT` | `json` | Shape of log lines |";
        assert_eq!(settings.tables(), format!("## Data\n\n{head}{database}\n## Logging\n\n{head}{log}"));
    }

    #[test]
    #[should_panic(expected = "two features differ about `DATABASE_URL`")]
    fn two_features_cannot_differ_about_a_setting() {
        let mut settings = Settings::default();
        settings.add(Group::Data, "DATABASE_URL", "sqlite://app.db", "URL of the database");
        settings.add(Group::Data, "DATABASE_URL", "postgres://", "URL of the database");
    }

    #[test]
    fn a_deployment_sets_what_is_not_the_default_there() {
        let mut settings = Settings::default();
        settings.add(Group::Logging, "RUST_LOG", "info", "What to log").deployed(Deployed::Adjustable);
        settings.add(Group::Logging, "LOG_FORMAT", "json", "Shape of log lines");
        settings.add(Group::Access, "KEY_PREFIX", "dev", "Prefix of keys").deployed(Deployed::As("live"));
        let issuer = Deployed::ByOperator { meaning: "the issuer", example: "https://login.example.com" };
        settings.require(Group::Access, "ISSUER", "http://127.0.0.1:9000", "Issuer of tokens").deployed(issuer);
        let expected = "      RUST_LOG: ${RUST_LOG:-info}\n      KEY_PREFIX: live\n      ISSUER: ${ISSUER:?the issuer}";
        assert_eq!(settings.compose_environment(), expected);
        let values: Vec<_> = settings.operator_values().map(|value| (value.name, value.value)).collect();
        assert_eq!(values, [("ISSUER", "https://login.example.com")]);
    }
}
