//! Metrics and traces for the Datadog Agent, monitors and objectives, a dashboard.

mod queries;
mod widgets;

use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Monitoring, Value};
use crate::part::versions::{METRICS_UTIL, TEMPFILE};
use crate::part::{AllSeries, Condition, Deployed, Group, Parts, Secret, Server, Settings};

pub(super) const MONITORING_DATADOG: Feature = Feature {
    id: "monitoring-datadog",
    wanted: Wanted::Value(
        Value::Monitoring(Monitoring::Datadog),
        Offer {
            label: "Datadog",
            clause: "metrics and traces to its Agent; monitors and a dashboard",
            cost: "a Datadog Agent beside the service, monitors and objectives that a script creates, an account",
            why: "Metrics, traces, logs and monitors in Datadog, which a company may already pay for.",
            pick: "when the company uses Datadog",
        },
    ),
    contribute: |stack, parts| {
        parts.manifest.add(METRICS_UTIL.features(&["registry"]));
        parts.manifest.add_dev(TEMPFILE.plain());
        set(&mut parts.settings);
        deploy(stack.deploy, parts);
        measure(&mut parts.series);
        parts.symptoms.of("monitoring").ticket(
            "MetricsAreDropped",
            "Metrics are dropped",
            "<count> packets of metrics were dropped in a quarter of an hour, so other monitors may be wrong",
            Condition::Events { counter: "metrics_packets_dropped_total", over: 10, keep: 15 },
        );
        parts.limits.bound(
            "values of one series that are sent at once",
            "1000",
            "a sample of that size, with its rate",
        );
        parts.limits.bound("packets of metrics", "what the Agent takes within 1 s", "dropped and counted");
        parts.queries = queries::all(stack);
        parts.widgets = widgets::of(&parts.series);
    },
};

const AGENT_HOST: (&str, &str, &str) = (
    "DD_AGENT_HOST",
    "",
    "Host of the Datadog Agent; without it, DD_DOGSTATSD_URL and OTEL_EXPORTER_OTLP_ENDPOINT nothing is sent",
);
const ENDPOINT: (&str, &str, &str) = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "",
    "Where traces go, such as http://127.0.0.1:4318; by default port 4318 of the Agent's host",
);
const ENVIRONMENT: (&str, &str, &str) = ("DD_ENV", "development", "Environment: the tag `env` in Datadog");

fn set(settings: &mut Settings) {
    for (name, default, about) in [
        AGENT_HOST,
        ("DD_DOGSTATSD_PORT", "8125", "UDP port at which the Agent takes metrics"),
        (
            "DD_DOGSTATSD_URL",
            "",
            "Where the Agent takes metrics, if not by host and port, such as unix:///var/run/datadog/dsd.socket",
        ),
        ("DD_SERVICE", "", "Name of this service in Datadog; by default that of the package"),
        ENVIRONMENT,
        ("DD_VERSION", "", "Version in Datadog; by default that of the package"),
        ENDPOINT,
        ("METRICS_INTERVAL", "2s", "How often metrics are sent to the Agent"),
    ] {
        settings.add(Group::Monitoring, name, default, about);
    }
    settings.add(Group::Monitoring, ENDPOINT.0, ENDPOINT.1, ENDPOINT.2).http();
}

/// The Agent of each target, and where it is for the service.
fn deploy(target: Deploy, parts: &mut Parts) {
    let agent = |image| Server::deployed("agent", "sends the metrics and traces of the service to Datadog", image);
    let (server, host) = match target {
        Deploy::Compose => {
            let content = "${DD_API_KEY:?is the API key of Datadog}";
            parts.secrets.push(Secret { name: "dd_api_key", content, of_service: false });
            (Some(agent(AGENT)), Some(Deployed::As("agent")))
        }
        Deploy::Fly => {
            let example = "agent.internal";
            (Some(agent(AGENT)), Some(Deployed::ByOperator { meaning: "the private name of the Agent", example }))
        }
        Deploy::Aws => (Some(agent(AGENT)), Some(Deployed::As("127.0.0.1"))),
        // Containers that have no host for an Agent.
        Deploy::Gcp | Deploy::Azure => (Some(agent(SERVERLESS)), Some(Deployed::As("127.0.0.1"))),
        // The Agent is part of the host.
        Deploy::Systemd => (None, Some(Deployed::As("127.0.0.1"))),
        // That of the node, which only the cluster knows.
        Deploy::Kubernetes | Deploy::None => (None, None),
    };
    parts.servers.extend(server);
    // Adding a setting again gives that one.
    if let Some(host) = host {
        let (name, default, about) = AGENT_HOST;
        parts.settings.add(Group::Monitoring, name, default, about).deployed(host);
    }
    let ((name, default, about), example) = (ENVIRONMENT, "production");
    let environment = match target {
        // They have staging too, which sets its own.
        Deploy::Kubernetes | Deploy::Aws => Deployed::As(example),
        Deploy::Compose | Deploy::Systemd | Deploy::Fly | Deploy::Gcp | Deploy::Azure | Deploy::None => {
            Deployed::ByOperator { meaning: "the environment, such as production", example }
        }
    };
    parts.settings.add(Group::Monitoring, name, default, about).deployed(environment);
}

const AGENT: &str = "datadog/agent:7.79.2";
const SERVERLESS: &str = "datadog/serverless-init:1.9.15";

fn measure(series: &mut AllSeries) {
    let mut series = series.of("service");
    series.counter("service_starts_total", "Starts of the service");
    series.gauge("service_ready", "1 while this replica is ready for requests");
    series.counter("metrics_packets_dropped_total", "Packets of metrics that the Agent did not take");
}
