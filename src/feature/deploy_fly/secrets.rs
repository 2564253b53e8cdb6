//! Secrets in a deployment to Fly.io: `flyctl` reads them from standard input, and a machine has them as variables.

use std::fmt::Write as _;

use minijinja::Value;

use crate::part::Settings;

/// The file from which they are imported; git ignores its folder.
const FILE: &str = "deploy/secrets/fly.env";

/// The variables of templates.
pub(super) fn variables(settings: &Settings, _: &str) -> Vec<(&'static str, Value)> {
    vec![("secret_commands", commands(settings).into())]
}

/// The commands that set the secrets of the app; empty without a secret.
fn commands(settings: &Settings) -> String {
    let mut lines = String::new();
    for secret in settings.secrets() {
        writeln!(lines, "{}={}", secret.name, secret.example).expect("a String takes every write");
    }
    if lines.is_empty() {
        return lines;
    }
    format!(
        "\nSecrets are read from standard input, so that no command line has them. The file is never committed; delete it \
         afterwards:\n\n```sh\nmkdir -p -m 700 deploy/secrets\ncat >{FILE} <<'END'\n{lines}END\n\
         fly secrets import --stage <{FILE}\n```\n\nThe next deploy gives them to the machines.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::setting::deployed::tests::settings;

    #[test]
    fn a_secret_is_read_from_standard_input() {
        let commands = commands(&settings());
        assert!(commands.contains("\nSTORE_URL=store://app:PASSWORD@"), "{commands}");
        assert!(commands.contains("fly secrets import --stage <"), "{commands}");
    }

    #[test]
    fn without_a_secret_there_is_no_command() {
        assert_eq!(commands(&Settings::default()), "");
    }
}
