//! Google Cloud Run: one service without a server to run, whose new revision gets requests step by step.

use std::fmt::Write as _;

use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Value};
use crate::name::{lengthened, shortened};
use crate::part::setting::SecretSetting;
use crate::part::{Condition, Drain, Layer, Scope, Settings};

pub(super) const DEPLOY_GCP: Feature = Feature {
    id: "deploy-gcp",
    wanted: Wanted::Value(
        Value::Deploy(Deploy::Gcp),
        Offer {
            label: "Google Cloud Run",
            clause: "Google Cloud Run: one service, autoscaling, canary",
            cost: "an image, and a project of Google Cloud; servers for data are rented there",
            why: "No host to run: replicas that follow the load, and a new version that first gets a tenth of the requests.",
            pick: "when Google Cloud is at hand, and 10 s are enough to finish the requests of a replica that stops",
        },
    ),
    contribute: |_, parts| {
        parts.target_variables = Some(variables);
        parts.drain = Some(DRAIN);
        let whole = "504; the service itself ends it 8 s earlier";
        parts.limits.time_out(
            Layer::LoadBalancer,
            "Cloud Run: a request",
            "`timeoutSeconds` 15 s, in `deploy/service.yaml`",
            whole,
        );
        let grace = "killed; so `DRAIN_DELAY` is 0 s there, `DRAIN_TIMEOUT` 8 s, and `REQUEST_TIMEOUT` 7 s";
        parts.limits.time_out(Layer::GracePeriod, "Cloud Run: from SIGTERM to SIGKILL", "10 s, fixed", grace);
        let queued = "Cloud Run lets them wait for a replica";
        parts.limits.bound("requests at once to a replica", "`containerConcurrency` 250", queued);
        parts.limits.bound("memory of a replica", "512 MiB", "killed and restarted");
        parts.limits.bound(
            "replicas",
            "4, `maxScale` in `deploy/service.yaml`",
            "requests wait, then Cloud Run answers 429 or 500",
        );
        parts.symptoms.of("cloud-run").page(
            "CloudRunAnswersItself",
            "Cloud Run answers itself",
            "<count> requests in a quarter of an hour were answered 5xx by Cloud Run, and reached no replica",
            Condition::Written(Scope::Everything),
        );
    },
};

/// Cloud Run sends no further request to a replica before it sends SIGTERM, and SIGKILL 10 s later.
const DRAIN: Drain = Drain::within(0, 8, 10);

/// The variables of templates: names that fit the limits of Google Cloud, and what is made beforehand.
fn variables(settings: &Settings, label: &str) -> Vec<(&'static str, minijinja::Value)> {
    let name = shortened(label, NAME);
    vec![
        ("run_account", account(&name).into()),
        ("run_deployer", deployer(&name).into()),
        ("secret_commands", secret_commands(settings, &name).into()),
        ("run_name", name.into()),
    ]
}

/// A service of Cloud Run and the tag `candidate` have at most 46 characters together.
const NAME: usize = 46 - "candidate".len();

/// The service account: of 6 to 30 characters.
fn account(name: &str) -> String {
    lengthened(shortened(name, 30), 6, "-service")
}

/// The service account of a pipeline, its pool of identities and their provider: the last two of 4 to 32 characters, and not
/// with the prefix `gcp-`.
fn deployer(name: &str) -> String {
    format!("deploy-{}", shortened(name, 30 - "deploy-".len()))
}

/// The commands that store the secrets, and let the service read them; empty without a secret.
fn secret_commands(settings: &Settings, label: &str) -> String {
    const FOLDER: &str = "deploy/secrets";
    let mut files = String::new();
    for secret in settings.secrets() {
        writeln!(files, "printf '%s' '{}' >{FOLDER}/{}", secret.example, secret.key())
            .expect("a String takes every write");
    }
    if files.is_empty() {
        return files;
    }
    let keys: Vec<String> = settings.secrets().map(SecretSetting::key).collect();
    let keys = keys.join(" ");
    format!(
        "\nEach secret is one of Secret Manager, made from a file that is never committed; delete the files afterwards, and what \
         the history\nof the shell has of the first commands:\n\n```sh\numask 077\nmkdir -p {FOLDER}\n{files}\
         for key in {keys}; do\n  name={label}-$(echo \"$key\" | tr _ -)\n  \
         gcloud secrets create \"$name\" --data-file \"{FOLDER}/$key\"\n  \
         gcloud secrets add-iam-policy-binding \"$name\" --member \"serviceAccount:$account\" \\\n    \
         --role roles/secretmanager.secretAccessor\ndone\n```\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::setting::deployed::tests::settings;

    #[test]
    fn names_fit_the_limits_of_the_cloud() {
        assert_eq!((account("a").as_str(), account("orders").as_str()), ("a-service", "orders"));
        let long = shortened(&"north-pier-".repeat(5), NAME);
        assert_eq!((long.as_str(), long.len()), ("north-pier-north-pier-north-pier-nort", NAME));
        assert_eq!(account(&long), "north-pier-north-pier-north-pi");
        assert_eq!((deployer("a").as_str(), deployer(&long).len()), ("deploy-a", 30));
        assert_eq!(shortened("north-pier", 6), "north");
    }

    #[test]
    fn a_secret_is_made_from_a_file_and_has_the_name_that_the_service_reads() {
        let commands = secret_commands(&settings(), "shop");
        assert!(commands.contains("?tls=on' >deploy/secrets/store_url\nfor key in store_url; do\n  name=shop-$("));
        assert_eq!(secret_commands(&Settings::default(), "shop"), "");
    }
}
