//! Settings in a deployment to AWS: parameters of the stack. A setting that may hold a secret is a parameter with the ARN of
//! a secret of Secrets Manager, which ECS reads when it starts a replica.

use std::collections::BTreeMap;

use minijinja::Value;

use crate::name::shortened;
use crate::part::{Deployed, SecretSetting, Setting, Settings};

type Fields = BTreeMap<&'static str, String>;

/// The variables of templates: the settings as `deploy/stack.yaml` and the files of its environments have them.
pub(super) fn variables(settings: &Settings, label: &str) -> Vec<(&'static str, Value)> {
    let name = shortened(label, NAME);
    vec![
        ("stack_settings", stack_settings(settings).into()),
        ("operator_parameters", operator_parameters(settings).into()),
        ("stack_secrets", stack_secrets(settings).into()),
        ("stack_servers", stack_servers(settings).into()),
        ("container_secrets", container_secrets(settings).into()),
        ("secret_statement", secret_statement(settings).into()),
        ("stack_name", name.as_str().into()),
        ("secret_commands", secret_commands(settings, &name).into()),
    ]
}

/// CloudFormation makes the name of a role, of at most 64 characters, of those of the stack (this and `-production`) and of
/// the resource, and of 13 more. If they are too long it cuts them, and the permissions of roles by their prefix would not hold.
const NAME: usize = 24;

/// The name of a parameter: `RUST_LOG` is `RustLog`.
fn parameter(setting: &str) -> String {
    let capitalized = |word: &str| word[..1].to_uppercase() + &word[1..].to_lowercase();
    setting.split('_').map(capitalized).collect()
}

/// A text as YAML has it, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The settings that are no secrets: `parameter`, `name`, `about`, and `default`, a line of YAML if there is one.
fn stack_settings(settings: &Settings) -> Vec<Fields> {
    let fields = |setting: &Setting| {
        let default = match setting.deployed? {
            Deployed::As(value) => default(value),
            Deployed::Adjustable => default(setting.default),
            Deployed::ByOperator { .. } => String::new(),
        };
        Some(Fields::from([
            ("parameter", parameter(setting.name)),
            ("name", setting.name.to_owned()),
            ("about", quoted(setting.about)),
            ("default", default),
        ]))
    };
    settings.iter().filter(|setting| !setting.secret).filter_map(fields).collect()
}

/// Those that the operator edits, for the file of an environment: `parameter`, `about` and `value`.
fn operator_parameters(settings: &Settings) -> Vec<Fields> {
    let fields = |(setting, value): (&Setting, &str)| {
        Fields::from([
            ("parameter", parameter(setting.name)),
            ("about", setting.about.to_owned()),
            ("value", value.to_owned()),
        ])
    };
    settings.of_operator().map(fields).collect()
}

fn default(value: &str) -> String {
    format!("\n    Default: {}", quoted(value))
}

/// The parameters with the ARN of a secret: `parameter` and `about`; `dashed` is the name of the secret.
fn stack_secrets(settings: &Settings) -> Vec<Fields> {
    let fields = |secret: SecretSetting| {
        Fields::from([
            ("parameter", secret_parameter(secret.name)),
            ("about", quoted(&format!("ARN of the secret with {}", secret.meaning))),
            ("dashed", secret.key().replace('_', "-")),
        ])
    };
    settings.secrets().map(fields).collect()
}

fn secret_parameter(setting: &str) -> String {
    format!("{}Secret", parameter(setting))
}

/// The servers that the operator has in the VPC, from the examples of their URLs: `parameter`, the security group; `resource`,
/// the rule in it; `name` and `port`.
fn stack_servers(settings: &Settings) -> Vec<Fields> {
    let fields = |setting: &Setting| {
        let Deployed::ByOperator { example, .. } = setting.deployed? else { return None };
        let (port, server) = (port(example)?, setting.name.strip_suffix("_URL")?);
        Some(Fields::from([
            ("parameter", format!("{}SecurityGroup", parameter(server))),
            ("resource", format!("{}Ingress", parameter(server))),
            ("name", server.to_lowercase()),
            ("port", port.to_string()),
        ]))
    };
    settings.iter().filter_map(fields).collect()
}

/// The port in a URL. Without one it is a service of HTTP, and no server in the VPC.
fn port(url: &str) -> Option<u16> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?']).next()?.rsplit('@').next()?;
    host.rsplit_once(':')?.1.parse().ok()
}

/// What ECS reads into the environment of the container; empty without a secret.
fn container_secrets(settings: &Settings) -> String {
    let lines = |name: &str| format!("            - {{ Name: {name}, ValueFrom: !Ref {} }}\n", secret_parameter(name));
    let lines: String = settings.secrets().map(|secret| lines(secret.name)).collect();
    if lines.is_empty() { lines } else { format!("          Secrets:\n{lines}") }
}

/// Lets ECS read exactly these secrets; empty without a secret.
fn secret_statement(settings: &Settings) -> String {
    let line = |name: &str| format!("                  - !Ref {}\n", secret_parameter(name));
    let lines: String = settings.secrets().map(|secret| line(secret.name)).collect();
    if lines.is_empty() {
        return lines;
    }
    format!(
        "              - Effect: Allow\n                Action: secretsmanager:GetSecretValue\n                \
         Resource:\n{lines}"
    )
}

/// The commands that create the secrets of production; empty without a secret. Without a line break at the end: that would be
/// part of the secret.
fn secret_commands(settings: &Settings, label: &str) -> String {
    const FILES: &str = "deploy/secrets/production";
    let command = |secret: SecretSetting| {
        let (file, dashed) = (format!("{FILES}/{}", secret.key()), secret.key().replace('_', "-"));
        format!(
            "printf %s '{}' >{file}\naws secretsmanager create-secret --name {label}/production/{dashed} \
             --secret-string file://{file}\n",
            secret.example
        )
    };
    let commands: String = settings.secrets().map(command).collect();
    if commands.is_empty() {
        return commands;
    }
    format!(
        "\nThe secrets are created beforehand, from files that are never committed; those of staging likewise. Each command \
         prints\nan ARN, the value of a parameter. Delete the files afterwards, and these commands from the history of the \
         shell:\n\n```sh\numask 077\nmkdir -p {FILES}\n{commands}```\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::setting::deployed::tests::settings;

    #[test]
    fn a_setting_is_a_parameter_and_a_secret_the_arn_of_one() {
        let settings = settings();
        let parameters: Vec<_> = stack_settings(&settings)
            .into_iter()
            .map(|fields| (fields["name"].clone(), fields["default"].clone()))
            .collect();
        let expected = [("RUST_LOG", "\n    Default: 'info'"), ("KEY_PREFIX", "\n    Default: 'live'"), ("PEER", "")];
        assert_eq!(parameters, expected.map(|(name, default)| (name.to_owned(), default.to_owned())));
        assert!(container_secrets(&settings).contains("{ Name: STORE_URL, ValueFrom: !Ref StoreUrlSecret }"));
        assert!(secret_statement(&settings).ends_with("- !Ref StoreUrlSecret\n"));
        let commands = secret_commands(&settings, "shop");
        assert!(
            commands.contains("--name shop/production/store-url --secret-string file://deploy/secrets"),
            "{commands}"
        );
    }

    #[test]
    fn without_a_secret_nothing_is_read() {
        let none = Settings::default();
        assert_eq!((container_secrets(&none), secret_statement(&none)), Default::default());
        assert_eq!(secret_commands(&none, "shop"), "");
    }

    #[test]
    fn a_server_in_the_vpc_is_one_with_a_port() {
        let servers = stack_servers(&settings());
        assert_eq!(servers.len(), 1);
        assert_eq!((servers[0]["parameter"].as_str(), servers[0]["port"].as_str()), ("StoreSecurityGroup", "5432"));
        assert_eq!((port("https://a/b"), port("products")), (None, None));
        assert_eq!(parameter("AUTH_JWKS_URL"), "AuthJwksUrl");
        assert_eq!(quoted("it's"), "'it''s'");
    }
}
