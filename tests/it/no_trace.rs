//! A project has no trace of values that were not chosen, and a template names only permitted choices.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use camino::Utf8Path;
use restwell::choice::{Auth, Cache, Choice, Database, Deploy, Limiter, Monitoring, Upstream, Value};
use restwell::part::Parts;
use restwell::plan::Plan;
use restwell::stack::Stack;

use crate::projects::{NAME, all, distinct_files};

#[test]
fn no_file_names_a_fact_of_another_stack() {
    let facts: Vec<BTreeSet<String>> =
        all().iter().map(|project| names(&Plan::new(&project.stack, NAME).parts)).collect();
    let known: BTreeSet<&str> = facts.iter().flatten().map(String::as_str).collect();
    let found: HashMap<*const u8, BTreeSet<&str>> =
        distinct_files().map(|(_, _, text)| (text.as_ptr(), words_of_text(text, &known))).collect();
    for (project, facts) in all().iter().zip(&facts) {
        for (path, text) in project.files().filter(|(path, _)| !may_name_any_value(path)) {
            let foreign = found[&text.as_ptr()].iter().find(|name| !facts.contains(**name));
            assert_eq!(foreign, None, "found in {path} of {}", project.id());
        }
    }
}

/// The names of the facts of a stack: settings, servers and the variables of their tests, series, alerts.
fn names(parts: &Parts) -> BTreeSet<String> {
    let servers = parts.servers.iter().filter_map(|server| Some((server.name, server.development?.variable)));
    let values = parts.operator_values.iter().map(|value| value.name);
    let names = values
        .chain(servers.flat_map(|(name, variable)| [name, variable]))
        .chain(parts.settings.iter().map(|setting| setting.name))
        .chain(parts.series.iter().map(|series| series.name))
        .chain(parts.symptoms.iter().map(|symptom| symptom.alert));
    names.map(str::to_owned).collect()
}

/// The words of `text` that are known names.
fn words_of_text<'a>(text: &str, known: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.filter_map(|word| known.get(word).copied()).collect()
}

/// Words that reveal a value in prose, in lower case, besides the names of its facts.
fn words(value: Value) -> &'static [&'static str] {
    match (value.choice().id(), value.id()) {
        ("database", "sqlite") => &["sqlite"],
        ("database", "postgres") => &["postgres", "pg_"],
        // Two choices share that server, so neither reveals it alone: see `SHARED`.
        ("cache" | "limiter", "redis") => &[],
        ("cache", "memcached") => &["memcache"],
        // Datadog calls its credentials so too.
        ("auth", "api-key") => &[],
        ("auth", "jwt") => &["jwt", "jwks", "issuer"],
        ("upstream", "http") => &["upstream", "reviews", "quote."],
        // Two values have spans over OTLP.
        ("monitoring", "otlp") => &["ops/otel", "otlp_metrics", "otlp_logs"],
        // The rules and dashboards of two values are for Prometheus and Grafana: see `SHARED`.
        ("monitoring", "prometheus") => &["exporter_prometheus", "exporter-prometheus"],
        ("monitoring", "datadog") => &["datadog", "dogstatsd"],
        ("deploy", "compose") => &["deploy/compose"],
        ("deploy", "kubernetes") => &["kubernetes", "kubectl", "kustomiz", "kube_"],
        ("deploy", "systemd") => &["deploy/systemd", "systemd", "systemctl", "journalctl"],
        ("deploy", "fly") => &["fly.", "flyctl", "fly-proxy"],
        ("deploy", "gcp") => &["gcp", "cloud run", "gcloud", "cloud-run", "rungmp"],
        ("deploy", "azure") => &["azure", "containerapp", "az."],
        ("deploy", "aws") => &["aws ", "amazon", "cloudformation", "fargate"],
        ("ci", "github") => &["github", "dependabot"],
        ("ci", "gitlab") => &["gitlab", "renovate"],
        // No words beyond those of the choice.
        ("cache" | "limiter", "memory") | (_, "none") => &[],
        (choice, value) => panic!("list the words that reveal {choice}={value}"),
    }
}

/// Words that reveal that a choice is not `none`.
fn words_of(choice: Choice) -> &'static [&'static str] {
    match choice {
        Choice::Database => &["sqlx"],
        Choice::Cache => &["cached"],
        Choice::Limiter => &["rate limit", "ratelimit", "limiter", "gcra"],
        Choice::Auth => &["unauthorized", "www-authenticate"],
        Choice::Upstream => &["degraded"],
        Choice::Monitoring => &["dashboard", "scrape"],
        Choice::Deploy => &["dockerfile"],
        Choice::Ci => &["workflow"],
    }
}

/// Words of features that several values share, with the stacks that have them.
const SHARED: &[(&[&str], Holds)] = &[
    (&["redis.", "rediss."], has_redis),
    (&["haproxy"], |stack| stack.deploy.target().balancer.is_some()),
    (&["breaker"], calls_with_a_breaker),
    (&["api key", "api-key", "api_key"], |stack| stack.auth == Auth::ApiKey || stack.monitoring == Monitoring::Datadog),
    (&["prometheus", "grafana", "promtool"], has_series),
    (&["opentelemetry", "otel", "otlp"], has_spans),
    (&["compose.dev.yml"], |stack| stack.database == Database::Postgres || has_shared_server(stack)),
];

type Holds = fn(&Stack) -> bool;

fn has_redis(stack: &Stack) -> bool {
    stack.cache == Cache::Redis || stack.limiter == Limiter::Redis
}

fn has_series(stack: &Stack) -> bool {
    matches!(stack.monitoring, Monitoring::Prometheus | Monitoring::Otlp)
}

fn has_spans(stack: &Stack) -> bool {
    matches!(stack.monitoring, Monitoring::Otlp | Monitoring::Datadog)
}

fn has_shared_server(stack: &Stack) -> bool {
    has_redis(stack) || stack.cache == Cache::Memcached
}

/// ECS has a circuit breaker of its own, for deployments.
fn calls_with_a_breaker(stack: &Stack) -> bool {
    stack.deploy == Deploy::Aws
        || has_shared_server(stack)
        || stack.database != Database::None
        || stack.upstream == Upstream::Http
}

#[test]
fn no_file_reveals_a_value_that_was_not_chosen() {
    let values: Vec<Value> = Value::all().collect();
    let of_values = values.iter().flat_map(|&value| words(value));
    let of_choices = Choice::ALL.iter().flat_map(|&choice| words_of(choice));
    let shared = SHARED.iter().flat_map(|(words, _)| *words);
    let known: BTreeSet<&str> = of_values.chain(of_choices).chain(shared).copied().collect();
    let found: HashMap<(&Utf8Path, *const u8), Vec<&str>> = distinct_files()
        .filter(|(_, path, _)| !may_name_any_value(path))
        .map(|(_, path, text)| ((path, text.as_ptr()), found(path, text, &known)))
        .collect();
    let mut revealed = BTreeMap::new();
    for project in all() {
        let absent = values.iter().filter(|value| project.stack.get(value.choice()) != **value);
        let untaken = Choice::ALL.iter().filter(|&&choice| project.stack.get(choice).is_none());
        let unshared = SHARED.iter().filter(|(_, has)| !has(&project.stack)).flat_map(|(words, _)| *words);
        let forbidden = absent.flat_map(|&value| words(value)).chain(untaken.flat_map(|&choice| words_of(choice)));
        let forbidden: BTreeSet<&str> = forbidden.chain(unshared).copied().collect();
        for (path, text) in project.files().filter(|(path, _)| !may_name_any_value(path)) {
            if let Some(word) = found[&(path, text.as_ptr())].iter().find(|word| forbidden.contains(*word)) {
                revealed.entry((path, *word)).or_insert_with(|| project.id());
            }
        }
    }
    assert!(revealed.is_empty(), "{revealed:#?}");
}

/// Files that may name any value: decision records, the answers file, the lock.
fn may_name_any_value(path: &Utf8Path) -> bool {
    path.starts_with("docs/decisions") || path == "restwell.toml" || path == "Cargo.lock"
}

/// A service of HAProxy, a processor of the OpenTelemetry collector, the collector of AWS, and a flag of gcloud.
const NAMES_OF_OTHERS: [&str; 4] = ["prometheus-exporter", "memory_limiter", "aws-otel-collector", "--issuer-uri"];

/// The words that a file has in its text or name.
fn found(path: &Utf8Path, text: &str, known: &BTreeSet<&'static str>) -> Vec<&'static str> {
    let (mut text, path) = (text.to_lowercase(), path.as_str().to_lowercase());
    for name in NAMES_OF_OTHERS {
        text = text.replace(name, "");
    }
    known.iter().copied().filter(|word| path.contains(word) || has_word(&text, word)).collect()
}

/// Whether a word of `text` starts with `word`: `delimiter` does not match "limiter". A `word` that ends in `.`
/// must match completely: HAProxy's `redispatch` does not match "redis".
fn has_word(text: &str, word: &str) -> bool {
    let (stem, alone) = word.strip_suffix('.').map_or((word, false), |stem| (stem, true));
    let begins = |place: usize| !text[..place].ends_with(char::is_alphanumeric);
    let ends = |place: usize| !alone || !text[place + stem.len()..].starts_with(char::is_alphanumeric);
    text.match_indices(stem).any(|(place, _)| begins(place) && ends(place))
}
