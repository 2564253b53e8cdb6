//! What a generated project can be told from its environment, and the `.env.example` that lists it.

use std::fmt::Write as _;

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
    /// What it does, with its unit, in one line.
    pub about: &'static str,
}

/// The settings of a project in reading order.
#[derive(Debug, Default)]
pub struct Settings(Vec<Setting>);

impl Settings {
    /// Adds a setting after those there are; features may share one.
    pub fn add(&mut self, name: &'static str, default: &'static str, about: &'static str) {
        self.push(Setting { name, default, required: false, about });
    }

    /// Adds a setting that has no default, with a value for development.
    pub fn require(&mut self, name: &'static str, example: &'static str, about: &'static str) {
        self.push(Setting { name, default: example, required: true, about });
    }

    fn push(&mut self, setting: Setting) {
        if !self.0.contains(&setting) {
            self.0.push(setting);
        }
    }

    /// The settings in reading order.
    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }

    pub(crate) fn render(&self) -> String {
        let mut text = String::from("# Copy to `.env` and change what you need: every line below is the default");
        if self.iter().any(|setting| setting.required) {
            text.push_str(",\n# or for this machine only where the service has none");
        }
        text.push_str(".\n# The same names in lower case with dashes are flags: `cargo run -- serve --help`.\n");
        for Setting { name, default, about, .. } in self.iter() {
            write!(text, "\n# {about}\n{name}={default}\n").expect("a String takes every write");
        }
        text
    }
}
