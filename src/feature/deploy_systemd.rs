//! One host with systemd: the program as a unit, behind the HAProxy of the distribution.

use std::fmt::Write as _;

use minijinja::Value;

use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Monitoring, Value as Chosen};
use crate::part::{Drain, Layer, Settings};

pub(super) const DEPLOY_SYSTEMD: Feature = Feature {
    id: "deploy-systemd",
    wanted: Wanted::Value(
        Chosen::Deploy(Deploy::Systemd),
        Offer {
            label: "systemd",
            clause: "one host: units in a sandbox, HAProxy, rolling restart",
            cost: "a host with systemd and HAProxy, no containers; servers for data are rented or run elsewhere",
            why: "The binary alone on a host or virtual machine: a sandbox, restarts and a roll without a container engine.",
            pick: "when the host is yours, and containers would only be one more thing to run",
        },
    ),
    contribute: |stack, parts| {
        if stack.monitoring == Monitoring::Otlp {
            parts.settings.deploy("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
        }
        parts.target_variables = Some(variables);
        parts.drain = Some(DRAIN);
        let (ready, failed) = ("a roll: a replica becomes ready", "the roll fails; the previous version runs");
        parts.limits.time_out(Layer::Deploy, ready, "60 s, in `deploy/systemd/roll.sh`", failed);
        let grace = "killed; longer than the whole shutdown below";
        parts.limits.time_out(Layer::GracePeriod, "systemd: from SIGTERM to SIGKILL", "30 s", grace);
        parts.limits.bound("memory of a replica", "256 MiB", "killed and restarted");
        parts.limits.bound("tasks, and open files, of a replica", "512, and 65,536", "refused by the kernel");
        parts.limits.bound("versions on the host", "5, and the two last that ran", "the oldest is deleted");
    },
};

/// HAProxy notices within two seconds that a replica is no longer ready.
const DRAIN: Drain = Drain::new(5, 30);

/// The variables of templates: the user of the units, and the commands that make the credentials.
fn variables(settings: &Settings, label: &str) -> Vec<(&'static str, Value)> {
    vec![("user", user(label).into()), ("credential_commands", credential_commands(settings, label).into())]
}

/// A name that no other account has: Debian gives those of packages an underscore, too. At most 31 letters, as the kernel's
/// records of logins have it.
fn user(label: &str) -> String {
    format!("_{}", label.chars().take(30).collect::<String>())
}

/// The commands that make the credentials; empty without a secret.
fn credential_commands(settings: &Settings, label: &str) -> String {
    let mut files = String::new();
    for secret in settings.secrets() {
        writeln!(files, "echo '{}' >/etc/{label}/credentials/{}", secret.example, secret.key())
            .expect("a String takes every write");
    }
    if files.is_empty() {
        return files;
    }
    format!(
        "\nCredentials are files that only root reads; systemd hands them to the replicas. As root, with the values of the host:\n\
         \n```sh\numask 077\n{files}```\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::setting::deployed::tests::settings;

    #[test]
    fn the_name_of_the_user_is_one_that_systemd_accepts() {
        assert_eq!(user("shop"), "_shop");
        assert_eq!(user(&"a".repeat(52)).len(), 31);
    }

    #[test]
    fn a_secret_is_a_credential() {
        assert!(credential_commands(&settings(), "shop").contains(">/etc/shop/credentials/store_url\n"));
        assert_eq!(credential_commands(&Settings::default(), "shop"), "");
    }
}
