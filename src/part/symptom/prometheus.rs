//! Symptoms as alert rules of Prometheus, and the tests of these rules for promtool.

use serde_json::json;

use super::{Condition, FAILURE, Failure, Scope, Severity, Symptom};

/// `labels`: the labels and annotations of the rule. `fires`: the alert that a test expects. For a condition that is not
/// written by hand also `rule` and `test`, which are whole.
pub(super) fn fields(symptom: &Symptom) -> Vec<(&'static str, String)> {
    let mut fields = vec![("labels", labels(symptom)), ("fires", fires(symptom))];
    match symptom.condition {
        Condition::Events { counter, over, keep } => {
            fields.push(("rule", events(symptom, counter, over, keep)));
            fields.push(("test", test_of_events(symptom, counter, over, keep)));
        }
        Condition::Dependency(dependency) => {
            fields.push(("rule", failures(symptom, dependency)));
            fields.push(("test", test_of_failures(symptom, dependency)));
        }
        Condition::Written(_) => {}
    }
    fields
}

/// An alert that counts events: its series, and the number of events that is no symptom yet.
pub(super) fn counting(symptom: &Symptom) -> Option<serde_json::Value> {
    let (series, over) = match symptom.condition {
        Condition::Events { counter, over, .. } => (counter.to_owned(), over),
        // One less than opens the breaker.
        Condition::Dependency(name) => (format!("dependency_errors_total{{dependency=\"{name}\"}}"), 4),
        Condition::Written(_) => return None,
    };
    Some(json!({"alert": symptom.alert, "severity": severity(symptom), "series": series, "over": over}))
}

fn severity(symptom: &Symptom) -> &'static str {
    match symptom.severity {
        Severity::Page => "page",
        Severity::Ticket => "ticket",
        Severity::Watchdog => "watchdog",
    }
}

/// The summary in the notation of Prometheus, as a YAML string.
fn summary(symptom: &Symptom) -> String {
    let mut text = symptom.summary.clone().into_owned();
    for (placeholder, value) in [
        ("<count>", "{{ $value | humanize }}"),
        ("<share>", "{{ $value | humanizePercentage }}"),
        ("<bytes>", "{{ $value | humanize1024 }}B"),
        ("<mean>", "{{ $value | printf `%.1f` }}"),
        ("<replica>", "{{ $labels.instance }}"),
    ] {
        text = text.replace(placeholder, value);
    }
    if text.contains("{{") { format!("\"{text}\"") } else { text }
}

fn labels(symptom: &Symptom) -> String {
    let (severity, summary, address) = (severity(symptom), summary(symptom), symptom.address());
    format!(
        "        labels:
          severity: {severity}
        annotations:
          summary: {summary}
          runbook_url: {address}"
    )
}

fn fires(symptom: &Symptom) -> String {
    let Symptom { summary, condition, .. } = symptom;
    let (severity, address) = (severity(symptom), symptom.address());
    let job = match condition {
        Condition::Events { .. } | Condition::Dependency(_) | Condition::Written(Scope::Service) => {
            "              job: app\n"
        }
        Condition::Written(Scope::Everything) => "",
    };
    format!(
        "        exp_alerts:
          - exp_labels:
{job}              severity: {severity}
            exp_annotations:
              summary: {summary}
              runbook_url: {address}"
    )
}

fn events(symptom: &Symptom, counter: &str, over: u32, keep: u32) -> String {
    let (alert, labels) = (symptom.alert, labels(symptom));
    format!(
        "      - alert: {alert}
        expr: sum by (job) (increase({counter}{{job=\"app\"}}[15m])) > {over}
        keep_firing_for: {keep}m
{labels}"
    )
}

/// As many events as are no symptom, then more for half an hour, then none.
fn test_of_events(symptom: &Symptom, counter: &str, over: u32, keep: u32) -> String {
    const WINDOW: u32 = 15;
    const PHASE: u32 = 30;
    let (few, many) = (over / WINDOW, over / WINDOW + 1);
    let (more, all) = (few * PHASE + many, (few + many) * PHASE);
    let series =
        [(format!("{counter}{{job=\"app\"}}"), format!("0+{few}x{PHASE} {more}+{many}x{} {all}x{PHASE}", PHASE - 1))];
    let name =
        format!("{} fires for more than {over} events in a quarter of an hour, and ends after them", symptom.alert);
    let end = 2 * PHASE + WINDOW + keep + 1;
    let expected = [(PHASE, false), (PHASE + WINDOW + 5, true), (end, false)];
    Case { name: &name, interval: "1m", series: &series, expected: &expected }
        .render(symptom)
        .replace("<count>", &(many * WINDOW).to_string())
}

/// Counts the minutes of a failure, not what happens in them, so that a single minute cannot reach the threshold: neither part
/// rises after the failure is over. Counters are subtracted because an OpenTelemetry collector gets one value a minute.
fn failures(symptom: &Symptom, dependency: &str) -> String {
    let (alert, labels) = (symptom.alert, labels(symptom));
    let of = format!("{{job=\"app\",dependency=\"{dependency}\"}}");
    let errors = format!("dependency_errors_total{of}");
    let Failure { window, open, errors: counted, over, keep } = FAILURE;
    format!(
        "      - alert: {alert}
        # Minutes of the last {window} in which a breaker was open, or failed calls, of which a minute counts at most {counted}.
        # Also if it works now and then, or answers most calls too late.
        expr: |
          sum_over_time(max by (job) (max_over_time(breaker_open{of}[1m]))[{window}m:1m]) >= {open}
          or
          sum_over_time(
            clamp_max(sum by (job) (clamp_min({errors} - {errors} offset 1m, 0)), {counted})[{window}m:1m]
          ) > {over}
        keep_firing_for: {keep}m
{labels}"
    )
}

/// The tests of the alert: what is a ticket, and what is none.
fn test_of_failures(symptom: &Symptom, dependency: &str) -> String {
    let another = "breaker_open{job=\"app\",dependency=\"another\",instance=\"a\"}";
    let brief = "0x40 1x14 0x60";
    let cases = [
        Case {
            name: "one minute of errors that is over is no ticket",
            interval: "15s",
            series: &[breaker(dependency, "a", "0x40 1x3 0x60"), errors(dependency, "0x40 100+100x3 400x60")],
            expected: &[],
        },
        Case {
            name: "nor is a breaker that was open for less than four minutes",
            interval: "15s",
            series: &[breaker(dependency, "a", brief), breaker(dependency, "b", brief)],
            expected: &[],
        },
        Case {
            name: "another dependency is not this one",
            interval: "1m",
            series: &[(another.to_owned(), "1x40".to_owned())],
            expected: &[],
        },
    ];
    let cases = lasting_failures(symptom, dependency).into_iter().chain(cases.map(|case| case.render(symptom)));
    cases.collect::<Vec<_>>().join("\n\n")
}

/// The tests in which the alert fires.
fn lasting_failures(symptom: &Symptom, dependency: &str) -> [String; 4] {
    let now_and_then = format!("0x40{} 0x80", " 1 0 0 0 0 0".repeat(6));
    let cases = [
        Case {
            name: "a failure that lasts is a ticket, one replica that cannot reach it is enough",
            interval: "1m",
            series: &[breaker(dependency, "a", "0x10 1x30"), breaker(dependency, "b", "0x40")],
            expected: &[(12, false), (17, true)],
        },
        Case {
            name: "so is one that works now and then, until it is over",
            interval: "15s",
            series: &[breaker(dependency, "a", &now_and_then)],
            expected: &[(5, false), (17, true), (35, false)],
        },
        Case {
            name: "so are answers that come too late",
            interval: "15s",
            series: &[breaker(dependency, "a", "0x80"), errors(dependency, "0x20 0+2x60")],
            expected: &[(5, false), (17, true)],
        },
        Case {
            name: "also where a value is sent once a minute",
            interval: "1m",
            series: &[errors(dependency, "0x10 0+8x30")],
            expected: &[(12, false), (20, true)],
        },
    ];
    cases.map(|case| case.render(symptom))
}

/// The breaker of a replica, and its values.
fn breaker(dependency: &str, instance: &str, values: &str) -> (String, String) {
    let series = format!("breaker_open{{job=\"app\",dependency=\"{dependency}\",instance=\"{instance}\"}}");
    (series, values.to_owned())
}

/// The failed calls of a replica, and their values.
fn errors(dependency: &str, values: &str) -> (String, String) {
    let series = format!("dependency_errors_total{{job=\"app\",dependency=\"{dependency}\",instance=\"a\"}}");
    (series, values.to_owned())
}

/// A test of one alert.
struct Case<'a> {
    name: &'a str,
    /// The time between two values of the series.
    interval: &'a str,
    /// The series, and their values in promtool's notation.
    series: &'a [(String, String)],
    /// The minutes at which the alert is looked at, and whether it fires; empty where it never does.
    expected: &'a [(u32, bool)],
}

impl Case<'_> {
    fn render(&self, symptom: &Symptom) -> String {
        let Self { name, interval, series, expected } = self;
        let mut text = format!("  - name: {name}\n    interval: {interval}\n    input_series:\n");
        for (series, values) in *series {
            text += &format!("      - series: {series}\n        values: {values}\n");
        }
        if expected.is_empty() {
            return text + &never(symptom);
        }
        text += "    alert_rule_test:\n";
        for (minute, is_firing) in *expected {
            let alerts = if *is_firing { fires(symptom) } else { "        exp_alerts: []".to_owned() };
            text += &format!("      - alertname: {}\n        eval_time: {minute}m\n{alerts}\n", symptom.alert);
        }
        text.trim_end().to_owned()
    }
}

/// Fires at no time of half an hour.
fn never(symptom: &Symptom) -> String {
    let alert = symptom.alert;
    format!(
        "    promql_expr_test:
      - expr: count_over_time(ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}}[30m])
        eval_time: 30m
        exp_samples: []"
    )
}
