//! Features that several values share.

use super::{Feature, Wanted};
use crate::choice::{Cache, Ci, Database, Deploy, Limiter, Monitoring, Upstream};
use crate::part::panel::rate;
use crate::part::versions::{METRICS, REDIS as REDIS_CLIENT, RUSTLS};
use crate::part::{
    Condition, Deployed, Development, Group, Layer, Limits, Panel, Parts, Scope, Secret, Section, Server, Unit,
};
use crate::stack::Stack;

pub(super) const LIMITER: Feature = Feature {
    id: "limiter",
    wanted: Wanted::Where(|stack| stack.limiter != Limiter::None),
    contribute: |_, parts| {
        parts.settings.add(
            Group::Capacity,
            "RATE_LIMIT",
            "60/min",
            "Requests a client may make: at once, and then in a second (s), minute (min) or hour (h)",
        );
        parts.settings.add(
            Group::Capacity,
            "TRUSTED_PROXY_HOPS",
            "0",
            "Proxies in front that append to X-Forwarded-For; 0 counts the peer itself as the client",
        );
        parts.series.of("limiter").counter("http_requests_limited_total", "Requests answered with 429");
        parts.dashboards.add(
            "limiter",
            Panel::new(Section::Parts, "Limited requests", "Answered 429.", Unit::PerSecond)
                .query(&rate("http_requests_limited_total"), "limited")
                .runbook("limiter"),
        );
        parts.symptoms.of("limiter").ticket(
            "ManyRequestsAreLimited",
            "Many requests are limited",
            "<share> of requests are answered 429",
            Condition::Written(Scope::Service),
        );
        parts.limits.bound("requests of one client", "`RATE_LIMIT` 60 a minute", "429");
        let dropped = "the half that was seen least recently is dropped, and has its full quota again";
        parts.limits.bound("clients that the limiter remembers", "100,000", dropped);
    },
};

pub(super) const REDIS: Feature = Feature {
    id: "redis",
    wanted: Wanted::Where(has_redis),
    contribute: |stack, parts| {
        parts.servers.push(redis_server(stack));
        parts.symptoms.of("redis").dependency("RedisFails", "Redis fails");
        let url = parts.settings.add(Group::Data, "REDIS_URL", REDIS_URL, "URL of Redis; rediss:// for TLS").secret();
        if !stack.runs_servers() {
            let example = "rediss://:PASSWORD@redis.example.com:6379";
            url.deployed(Deployed::ByOperator { meaning: "the URL of Redis", example });
        }
        parts.secrets.extend(REDIS_SECRETS);
        set_key_prefix(parts);
        parts.limits.time_out(Layer::Call, "a call to Redis", "25 ms", "the request continues without it");
        // With the root certificates of the operating system, and the only TLS provider of the binary.
        parts.manifest.add(REDIS_CLIENT.features(&["connection-manager", "script", "tokio-comp", "tokio-rustls-comp"]));
        parts.manifest.add(RUSTLS.features(&["aws_lc_rs", "std", "tls12"]));
    },
};

const REDIS_SECRETS: [Secret; 2] = [
    Secret { name: "redis_conf", content: "requirepass $(openssl rand -hex 24)", of_service: false },
    Secret {
        name: "redis_url",
        content: "redis://:$(cut -d ' ' -f 2 deploy/secrets/redis_conf)@redis:6379",
        of_service: true,
    },
];

const REDIS_URL: &str = "redis://127.0.0.1:6379";

fn redis_server(stack: &Stack) -> Server {
    let command = match stack.limiter {
        Limiter::Redis => NO_EVICTION,
        Limiter::Memory | Limiter::None => EVICTION,
    };
    Server {
        name: "redis",
        purpose: "what replicas share; the service works without it",
        image: "redis:8",
        command: Some(command),
        development: Some(Development {
            url: REDIS_URL,
            healthcheck: "[CMD, redis-cli, ping]",
            command: Some(r#"[redis-server, --save, "", --appendonly, "no"]"#),
            environment: None,
            variable: "TEST_REDIS_URL",
            requirement: "",
            about: "Redis, shared by all tests: each test has its own key prefix.",
        }),
    }
}

const NO_EVICTION: &str = r#"    # Nothing is stored on disk. Nothing is evicted either: a client whose count is evicted has a full quota. When memory is
    # full, writes are refused, each replica counts separately, and stored counts expire within minutes.
    command: [redis-server, /run/secrets/redis_conf, --save, "", --appendonly, "no", --maxmemory, 192mb, --maxmemory-policy, noeviction]"#;

const EVICTION: &str = r#"    # Nothing is stored on disk. When memory is full, the least recently used entries are evicted.
    command: [redis-server, /run/secrets/redis_conf, --save, "", --appendonly, "no", --maxmemory, 192mb, --maxmemory-policy, allkeys-lru]"#;

/// The connection to an optional server that replicas share.
pub(super) const LINK: Feature = Feature {
    id: "link",
    wanted: Wanted::Where(|stack| has_redis(stack) || has_remote_cache(stack)),
    contribute: |_, parts| {
        let first = "1 s, and 25 ms for its first command; no request waits for it";
        parts.limits.time_out(Layer::Call, "a new connection to a shared server", first, "retried after 5 s");
    },
};

/// The circuit breaker: a failing dependency does not delay every request.
pub(super) const BREAKER: Feature = Feature {
    id: "breaker",
    wanted: Wanted::Where(can_fail),
    contribute: |_, parts| {
        parts
            .series
            .of("dependencies")
            .counter_of_owner("dependency_errors_total", "Calls that failed or timed out, by dependency");
        parts
            .series
            .of("dependencies")
            .gauge("breaker_open", "1 while the breaker of a dependency is open, by dependency");
        let failures = "Calls that failed or timed out; after five in a row no call is made for 5 s.";
        parts.dashboards.add(
            "dependencies",
            Panel::new(Section::Parts, "Failures of dependencies", failures, Unit::PerSecond)
                .query(
                    "sum by (dependency) (rate(dependency_errors_total{job=\"app\"}[$__rate_interval]))",
                    "{{dependency}}",
                )
                .runbook("README"),
        );
        let open = "The number of replicas with an open breaker.";
        parts.dashboards.add(
            "dependencies",
            Panel::new(Section::Parts, "Open breakers", open, Unit::Count)
                .query("sum by (dependency) (breaker_open{job=\"app\"})", "{{dependency}}")
                .runbook("README"),
        );
        let failed = "calls to a dependency after five failures in a row";
        let then = "one call is made as a probe; if it succeeds, all are made again";
        parts.limits.time_out(Layer::Call, failed, "none for 5 s", then);
    },
};

/// A proxy for tests, between the service and its dependencies.
pub(super) const CHAOS: Feature = Feature {
    id: "chaos",
    wanted: Wanted::Where(|stack| needs_servers(stack) || stack.upstream == Upstream::Http),
    contribute: |_, _| {},
};

/// The drill: tests that take the service through the failures of what it needs, and report what clients saw.
pub(super) const DRILL: Feature = Feature { id: "drill", wanted: Wanted::Where(can_fail), contribute: |_, _| {} };

/// The failures of a drill that need more than one replica.
pub(super) const DRILL_REPLICAS: Feature = Feature {
    id: "drill-replicas",
    wanted: Wanted::Where(|stack| can_fail(stack) && stack.database != Database::Sqlite),
    contribute: |_, _| {},
};

/// Servers that development and tests need.
pub(super) const SERVERS: Feature = Feature {
    id: "servers",
    wanted: Wanted::Where(needs_servers),
    contribute: |_, parts| {
        parts.next_steps.insert(0, "docker compose --file compose.dev.yml up --detach --wait".into())
    },
};

pub(super) const MONITORING: Feature = Feature {
    id: "monitoring",
    wanted: Wanted::Where(|stack| stack.monitoring != Monitoring::None),
    contribute: |_, parts| {
        parts.manifest.add(METRICS.plain());
        let labels = "known routes, methods and statuses";
        parts.limits.bound("labels of the metrics", labels, "anything else is `unmatched` or `_OTHER`");
        let mut series = parts.series.of("service");
        series.counter("process_cpu_seconds_total", "User and system CPU time");
        series.gauge("process_start_time_seconds", "When the process started, in seconds since 1970");
        series.gauge("process_resident_memory_bytes", "Memory that is in RAM");
        series.gauge("process_threads", "Threads of the operating system");
        series.gauge("process_open_fds", "Open file descriptors, including sockets");
        series.gauge("process_max_fds", "Limit of open file descriptors");
    },
};

/// Compose files, of whatever purpose.
pub(super) const COMPOSE_FILES: Feature = Feature {
    id: "compose-files",
    wanted: Wanted::Where(|stack| needs_servers(stack) || stack.deploy == Deploy::Compose),
    contribute: |_, _| {},
};

/// A deployment, whatever its target.
pub(super) const DEPLOYED: Feature =
    Feature { id: "deployed", wanted: Wanted::Where(|stack| stack.deploy != Deploy::None), contribute: |_, _| {} };

/// The container image that a deployment runs.
pub(super) const IMAGE: Feature =
    Feature { id: "image", wanted: Wanted::Where(|stack| stack.deploy.target().image), contribute: |_, _| {} };

/// The Prometheus of a deployment.
pub(super) const PROMETHEUS_SERVER: Server =
    Server::deployed("prometheus", "stores metrics and evaluates the alert rules", "prom/prometheus:v3.5.0");

/// The Alertmanager of a deployment.
pub(super) const ALERTMANAGER_SERVER: Server =
    Server::deployed("alertmanager", "passes alerts on", "prom/alertmanager:v0.28.1");

/// An Alertmanager that the deployment brings: whether alerts are delivered is watched too.
pub(super) const ALERTMANAGER: Feature = Feature {
    id: "alertmanager",
    wanted: Wanted::Where(|stack| stack.monitoring == Monitoring::Prometheus && stack.deploy.target().alertmanager),
    contribute: |_, parts| {
        parts.symptoms.of("delivery").watchdog("Watchdog", "Watchdog", "Alerts are delivered");
        parts.symptoms.of("delivery").page(
            "AlertsAreNotDelivered",
            "Alerts are not delivered",
            "Alertmanager cannot reach a receiver, so alerts are lost",
            Condition::Written(Scope::Everything),
        );
    },
};

/// A CI system: what its jobs run.
pub(super) const CI: Feature =
    Feature { id: "ci", wanted: Wanted::Where(|stack| stack.ci != Ci::None), contribute: |_, _| {} };

fn has_redis(stack: &Stack) -> bool {
    stack.cache == Cache::Redis || stack.limiter == Limiter::Redis
}

pub(super) fn has_remote_cache(stack: &Stack) -> bool {
    match stack.cache {
        Cache::Redis | Cache::Memcached => true,
        Cache::Memory | Cache::None => false,
    }
}

/// Whether it depends on anything that can fail.
fn can_fail(stack: &Stack) -> bool {
    needs_servers(stack) || stack.database != Database::None || stack.upstream == Upstream::Http
}

fn needs_servers(stack: &Stack) -> bool {
    stack.database == Database::Postgres || has_redis(stack) || has_remote_cache(stack)
}

pub(super) fn set_key_prefix(parts: &mut Parts) {
    let about = "Prefix of every key, so that services and environments can share a server";
    parts.settings.add(Group::Data, "KEY_PREFIX", "app", about);
}

/// More than one replica, behind a load balancer.
pub(super) const REPLICAS: Feature = Feature {
    id: "replicas",
    wanted: Wanted::Where(|stack| stack.replicas() > 1),
    contribute: |stack, parts| {
        parts.symptoms.of("replicas").ticket(
            "ReplicaIsMissing",
            "A replica is missing",
            format!("<mean> of {} replicas are ready on average", stack.replicas()),
            Condition::Written(Scope::Everything),
        );
    },
};

/// The time-out of a check that `/health/ready` reports.
pub(super) fn health_reading(limits: &mut Limits) {
    let what = "a check of a dependency for `/health/ready`, once a second";
    limits.time_out(Layer::Call, what, "1 s", "reported as not responding");
}
