//! The parts of every project: one endpoint, health, documentation, and the HTTP server.

use super::{Feature, Wanted};
use crate::part::versions::{
    ANYHOW, AXUM, CLAP, DIVAN, DOTENVY, FASTRAND, FUTURES_UTIL, HUMANTIME, HYPER, HYPER_UTIL, SERDE, SERDE_JSON, TOKIO,
    TOWER, TOWER_HTTP, TRACING, TRACING_SUBSCRIBER, UTOIPA, UTOIPA_AXUM,
};
use crate::part::{Condition, Deployed, Group, Layer, Limits, Parts, Port, Scope, SymptomsOf};

pub(super) const BASE: Feature = Feature {
    id: "base",
    wanted: Wanted::Always,
    contribute: |_, parts| {
        depend(parts);
        set(parts);
        measure(parts);
        limit(&mut parts.limits);
        size(&mut parts.limits);
        watch_objective(parts.symptoms.of("service"));
        watch_process(parts.symptoms.of("service"));
        parts.ports.push(Port { number: 8080, purpose: "the API" });
        parts.ports.push(Port { number: 8081, purpose: "health and operations, not for the public" });
        parts.next_steps.extend(["cargo run".into(), "curl 127.0.0.1:8080/greet".into(), "cargo test".into()]);
    },
};

fn depend(parts: &mut Parts) {
    for dependency in [
        ANYHOW.plain(),
        AXUM.features(&["json", "matched-path", "query"]),
        CLAP.features(&["derive", "env", "error-context", "help", "std", "suggestions", "usage"]),
        DOTENVY.plain(),
        FASTRAND.plain(),
        FUTURES_UTIL.features(&["async-await", "std"]),
        HUMANTIME.plain(),
        HYPER.features(&["http1", "server"]),
        HYPER_UTIL.features(&["tokio"]),
        SERDE.features(&["derive"]),
        SERDE_JSON.features(&["raw_value"]),
        TOKIO.features(&["macros", "net", "rt-multi-thread", "signal", "sync", "time"]),
        TOWER.features(&["util"]),
        TOWER_HTTP.features(&["cors"]),
        TRACING.features(&["std"]),
        TRACING_SUBSCRIBER.features(&["fmt", "registry", "std"]),
        UTOIPA.plain(),
        UTOIPA_AXUM.plain(),
    ] {
        parts.manifest.add(dependency);
    }
    parts.manifest.add_dev(DIVAN.plain());
}

fn set(parts: &mut Parts) {
    for (group, name, default, about) in [
        (Group::Listening, "HOST", "127.0.0.1", "Address both ports listen on; 0.0.0.0 in a container"),
        (Group::Listening, "PORT", "8080", "Port of the API; 0 picks a free one"),
        (
            Group::Listening,
            "ADMIN_PORT",
            "8081",
            "Port of health and operations, kept off the internet; 0 picks a free one",
        ),
        (Group::Listening, "ADMIN_HOST", "", "Address the admin port listens on, if another than HOST"),
        (Group::Capacity, "MAX_IN_FLIGHT", "512", "Requests handled at once; one more is refused with 503"),
        (
            Group::Listening,
            "MAX_CONNECTIONS",
            "1000",
            "Connections held at once; further ones wait in the kernel's queue",
        ),
        (Group::TimeOuts, "REQUEST_TIMEOUT", "10s", "Longest a request may take before it is answered with 504"),
        (
            Group::TimeOuts,
            "HEADER_TIMEOUT",
            "75s",
            "Longest wait for a request's header, also for the next request on an idle connection",
        ),
        (Group::Access, "CORS_ORIGINS", "", "Origins a browser may call from, separated by commas; none by default"),
        (
            Group::TimeOuts,
            "DRAIN_DELAY",
            "5s",
            "How long to serve after SIGTERM, while load balancers notice that readiness fails",
        ),
        (Group::TimeOuts, "DRAIN_TIMEOUT", "20s", "Longest wait after that for requests in flight"),
        (Group::Logging, "LOG_FORMAT", "json", "Shape of log lines: json or pretty"),
    ] {
        parts.settings.add(group, name, default, about);
    }
    let about = "What to log: a level, or target=level pairs separated by commas";
    parts.settings.add(Group::Logging, "RUST_LOG", "info", about).deployed(Deployed::Adjustable);
}

fn measure(parts: &mut Parts) {
    let mut series = parts.series.of("service");
    series.gauge("build_info", "Always 1; the labels have the running version");
    series.histogram("http_server_request_duration_seconds", "Time from a request's header to its response");
    let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];
    series.labelled(
        "http_responses_total",
        "code",
        &classes,
        "Responses by class of status, without probes and scrapes",
    );
    series.gauge("http_server_active_requests", "Requests being handled");
    series.counter("http_requests_shed_total", "Requests rejected with 503: too many requests or bytes at once");
    series.counter("http_requests_timed_out_total", "Requests answered with 504 at the deadline");
    series.counter("http_panics_total", "Handlers that panicked");
    series.counter("log_lines_dropped_total", "Log lines dropped because the queue was full");
}

fn limit(limits: &mut Limits) {
    use Layer::{Exit, Request, Shutdown};
    for (layer, what, limit, then) in [
        (
            Request,
            "a request's header, and an idle connection",
            "`HEADER_TIMEOUT` 75 s",
            "closed; longer than the 60 s of common load balancers, so that they close first",
        ),
        (Request, "a request, including its body", "`REQUEST_TIMEOUT` 10 s", "504"),
        (
            Request,
            "a client that does not read its response",
            "`REQUEST_TIMEOUT` 10 s without progress by a third of the kernel's 64 KiB buffer",
            "reset",
        ),
        (
            Request,
            "a response, after the client has closed its sending half",
            "1 s",
            "the request ends, 499 in the log",
        ),
        (Request, "unread input, after the response", "5 s, and 32 MiB", "closed; the client may lose the response"),
        (Shutdown, "after SIGTERM: still serving", "`DRAIN_DELAY` 5 s", "the port closes"),
        (
            Shutdown,
            "then: requests in flight",
            "nine tenths of `DRAIN_TIMEOUT` 20 s",
            "closed, and logged; longer than `REQUEST_TIMEOUT`, so that each can end by itself",
        ),
        (Exit, "finally: queued log lines", "1 s", "lost"),
    ] {
        limits.time_out(layer, what, limit, then);
    }
    for (what, limit, then) in [
        ("connections", "`MAX_CONNECTIONS` 1000, on each of the two ports", "wait in the kernel's queue"),
        ("requests in flight", "`MAX_IN_FLIGHT` 512", "503 at once"),
        ("the kernel's queue of connections", "1024, on each of the two ports", "refused or ignored by the kernel"),
        ("a request's header", "100 lines and 16 KiB", "431"),
        ("bodies being read, in all requests together", "64 MiB", "503"),
        (
            "connections with input left to discard",
            "64, on each of the two ports",
            "closed; the client may lose the response",
        ),
    ] {
        limits.bound(what, limit, then);
    }
}

fn size(limits: &mut Limits) {
    limits.size("memory of a replica", "32 MiB + 2 × `MAX_CONNECTIONS` × 32 KiB + 64 MiB of bodies", "158.5 MiB");
    limits.size(
        "requests in flight",
        "requests a second × seconds of each (Little's law), at most `MAX_IN_FLIGHT`",
        "512: 5,120 requests a second of 100 ms each",
    );
    limits.size("file descriptors of a replica", "2 × `MAX_CONNECTIONS` + about 100", "2,100");
}

/// A condition that is different for each monitoring system.
const WRITTEN: Condition = Condition::Written(Scope::Everything);

fn watch_objective(mut symptoms: SymptomsOf<'_>) {
    symptoms.page("NothingAnswers", "Nothing answers", "No replica responds, or none stays up", WRITTEN);
    symptoms.page(
        "ErrorBudgetBurnsFast",
        "Requests fail",
        "<share> of requests fail; at this rate the month's budget is gone in days",
        WRITTEN,
    );
    symptoms.ticket(
        "ErrorBudgetBurnsSlowly",
        "Requests fail",
        "<share> of requests fail, more than the objective allows",
        WRITTEN,
    );
    symptoms.ticket("AnswersAreSlow", "Answers are slow", "<share> of answers take longer than 250 ms", WRITTEN);
}

fn watch_process(mut symptoms: SymptomsOf<'_>) {
    let events = |counter, over, keep| Condition::Events { counter, over, keep };
    symptoms.ticket(
        "RequestsAreShed",
        "Requests are shed",
        "Too many requests in flight or waiting, or bytes of bodies; the excess is answered 503",
        events("http_requests_shed_total", 10, 5),
    );
    symptoms.ticket(
        "RequestsTimeOut",
        "Requests time out",
        "Requests do not finish within REQUEST_TIMEOUT and are answered 504",
        events("http_requests_timed_out_total", 10, 5),
    );
    symptoms.ticket(
        "HandlerPanics",
        "A handler panics",
        "A handler panicked; the request was answered 500",
        events("http_panics_total", 0, 30),
    );
    symptoms.ticket(
        "LogLinesAreDropped",
        "Log lines are dropped",
        "Log lines are dropped, because standard output is not read fast enough",
        events("log_lines_dropped_total", 0, 30),
    );
    symptoms.ticket(
        "MemoryIsNearItsLimit",
        "Memory is near its limit",
        "<replica> uses <bytes> of the 256 MiB that it is sized for",
        WRITTEN,
    );
    symptoms.ticket(
        "FewFileDescriptorsLeft",
        "Few file descriptors are left",
        "<replica> uses <share> of its file descriptors",
        WRITTEN,
    );
    symptoms.ticket(
        "KeepsRestarting",
        "It keeps restarting",
        "<replica> started <count> times in half an hour",
        WRITTEN,
    );
}
