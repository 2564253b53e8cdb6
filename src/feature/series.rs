//! Series in the model of Prometheus: each is described and created at start, alert rules and Grafana dashboards read
//! them. Names and labels are those that the semantic conventions of OpenTelemetry become in Prometheus
//! (<https://opentelemetry.io/docs/specs/semconv/http/http-metrics/>), so that exporters share the rules.

use super::{Feature, Wanted, load_balancer};
use crate::choice::Monitoring;
use crate::part::panel::rate;
use crate::part::{Indicator, Panel, Section, Unit};

pub(super) const SERIES: Feature = Feature {
    id: "series",
    wanted: Wanted::Where(|stack| match stack.monitoring {
        Monitoring::Prometheus | Monitoring::Otlp => true,
        Monitoring::Datadog | Monitoring::None => false,
    }),
    contribute: |stack, parts| {
        let own = Indicator {
            name: "http_responses_total",
            labels: "job=\"app\"",
            scope: "Probes and scrapes do not count as requests: a draining replica answers them with 503 on purpose.",
        };
        // Clients see what the load balancer answers, also when no replica does.
        let indicator = if stack.deploy.target().balancer.is_some() { load_balancer::INDICATOR } else { own };
        parts.indicator = Some(indicator);
        let panels = summary().into_iter().chain(budget(indicator)).chain(requests()).chain(process());
        for panel in panels {
            parts.dashboards.add("service", panel);
        }
    },
};

/// The rate of a part of the histogram of durations, of requests with these labels besides: without probes and scrapes.
fn requests_with(part: &str, labels: &str) -> String {
    format!(
        "rate(http_server_request_duration_seconds_{part}{{job=\"app\",http_route!~\"/health/.+|/metrics\"{labels}}}\
         [$__rate_interval])"
    )
}

fn summary() -> [Panel; 4] {
    let number = |title, description, unit| Panel::new(Section::Summary, title, description, unit);
    let all = format!("sum({})", requests_with("count", ""));
    let failed = requests_with("count", ",http_response_status_code=~\"5..\"");
    let fast = requests_with("bucket", ",le=\"0.25\"");
    [
        number("Failed requests", "Share of responses with a 5xx status. The objective allows 0.1 %.", Unit::Share)
            .thresholds(0.001, 0.0144)
            .query(&format!("(sum({failed}) or vector(0)) / {all}"), "failed")
            .runbook("service"),
        number("Slower than 250 ms", "Share of responses slower than the threshold.", Unit::Share)
            .thresholds(0.01, 0.05)
            .query(&format!("1 - sum({fast}) / {all}"), "slow")
            .runbook("service"),
        number("Requests per second", "Without probes and scrapes.", Unit::PerSecond).query(&all, "requests"),
        number("Replicas running", "Processes whose metrics arrive.", Unit::Count)
            .query("count(process_start_time_seconds{job=\"app\"})", "replicas"),
    ]
}

/// What is left of the month's failures, and how fast it is used up.
fn budget(indicator: Indicator) -> [Panel; 2] {
    let of = |codes: &str| {
        let Indicator { name, labels, .. } = indicator;
        format!("(sum(increase({name}{{{labels}{codes}}}[30d])))")
    };
    let left = format!("1 - {} / {} / 0.001", of(",code=\"5xx\""), of(""));
    let about = "Share of the failures that the objective allows in 30 days and that have not happened.";
    let burn = "1 uses up the budget of 30 days in 30 days. A page needs 14.4 in an hour and in the last five minutes.";
    [
        Panel::new(Section::Summary, "Error budget left", about, Unit::Share).query(&left, "left").runbook("service"),
        Panel::new(Section::Requests, "Burn rate of the error budget", burn, Unit::Count)
            .query("service:requests_failed:ratio_rate5m / 0.001", "5 minutes")
            .query("service:requests_failed:ratio_rate1h / 0.001", "1 hour")
            .query("service:requests_failed:ratio_rate6h / 0.001", "6 hours")
            .limit(14.4)
            .runbook("service"),
    ]
}

fn requests() -> [Panel; 6] {
    let lines = |title, description, unit| Panel::new(Section::Requests, title, description, unit);
    let quantile = |quantile: &str, labels: &str| {
        format!("histogram_quantile({quantile}, sum by ({labels}) ({}))", requests_with("bucket", ""))
    };
    let rate_by = |labels: &str| format!("sum by ({labels}) ({})", requests_with("count", ""));
    [
        lines("Responses by status", "499: the client disconnected before the response.", Unit::PerSecond)
            .stacked()
            .query(&rate_by("http_response_status_code"), "{{http_response_status_code}}"),
        lines("Duration", "All routes except probes and scrapes.", Unit::Seconds)
            .query(&quantile("0.5", "le"), "p50")
            .query(&quantile("0.95", "le"), "p95")
            .query(&quantile("0.99", "le"), "p99")
            .runbook("service"),
        lines("p99 by route", "The slowest requests of each route.", Unit::Seconds)
            .query(&quantile("0.99", "le, http_request_method, http_route"), "{{http_request_method}} {{http_route}}"),
        lines("Requests by route", "Requests per second of each route.", Unit::PerSecond)
            .query(&rate_by("http_request_method, http_route"), "{{http_request_method}} {{http_route}}"),
        lines("In flight", "Each replica rejects requests over MAX_IN_FLIGHT.", Unit::Count)
            .query("http_server_active_requests{job=\"app\"}", "{{instance}}")
            .limit(512.0)
            .runbook("service"),
        lines(
            "Shed, timed out and panicked",
            "Shed is 503, timed out is 504, a panic is 500. Log lines are dropped when standard output is not read.",
            Unit::PerSecond,
        )
        .query(&rate("http_requests_shed_total"), "shed")
        .query(&rate("http_requests_timed_out_total"), "timed out")
        .query(&rate("http_panics_total"), "panics")
        .query(&rate("log_lines_dropped_total"), "log lines dropped")
        .runbook("service"),
    ]
}

fn process() -> [Panel; 5] {
    let lines = |title, description, unit| Panel::new(Section::Process, title, description, unit);
    [
        lines("CPU", "1 is one core.", Unit::Count)
            .query("rate(process_cpu_seconds_total{job=\"app\"}[$__rate_interval])", "{{instance}}"),
        lines("Memory", "Resident. With the defaults, its bounds fit 256 MiB.", Unit::Bytes)
            .query("process_resident_memory_bytes{job=\"app\"}", "{{instance}}")
            .limit(256.0 * 1024.0 * 1024.0)
            .runbook("service"),
        lines("Versions", "Number of replicas per version.", Unit::Count)
            .query("count by (version) (build_info{job=\"app\"})", "{{version}}"),
        lines("Open files", "Including sockets.", Unit::Count)
            .query("process_open_fds{job=\"app\"}", "{{instance}}")
            .query("min(process_max_fds{job=\"app\"})", "maximum")
            .runbook("service"),
        lines("Threads", "Those of the runtime, and those of blocking calls.", Unit::Count)
            .query("process_threads{job=\"app\"}", "{{instance}}"),
    ]
}
