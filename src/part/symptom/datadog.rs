//! Symptoms as monitors of Datadog.
//!
//! A monitor has the same summary and the same entry of the runbook as the alert of another monitoring system. What it
//! asks for is derived from the condition; a condition that is written by hand has its [`Query`] in the feature of Datadog.

use serde_json::{Value, json};

use crate::name;

use super::{Condition, FAILURE, Failure, Severity, Symptom};

/// The scope of queries in facts, which do not know the name of the project.
const SCOPE: &str = "service:app";

/// The condition of a monitor.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The alert of the symptom. A symptom with several conditions has a monitor for each.
    pub alert: &'static str,
    /// Distinguishes the monitors of one symptom.
    pub name: &'static str,
    /// What is asked.
    pub of: Of,
    /// The critical value.
    pub threshold: f64,
}

/// What a monitor asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Of {
    /// A metric that is above the threshold.
    Above(&'static str),
    /// A metric that is below the threshold.
    Below(&'static str),
    /// The burn rate of an objective in a long and in a short window: the long one shows that the failure matters, the
    /// short one that it continues.
    BurnRate {
        /// The name of the objective.
        objective: &'static str,
        /// The percentage of requests that it allows to fail.
        allowed: f64,
        /// Such as `1h`.
        long: &'static str,
        /// A twelfth of it.
        short: &'static str,
    },
}

/// `query` with the name of the project, of replicas in production.
pub fn scoped(query: &str, project: &str) -> String {
    let of_run = format!("service_name:{}", name::label(project));
    query.replace(SCOPE, &format!("service:{project},env:production")).replace("service_name:app", &of_run)
}

/// The name of an objective of `project`. Datadog refers to it by an id that exists only once it is created, which
/// replaces this name then.
pub fn objective(name: &str, project: &str) -> String {
    format!("{project}: {name}")
}

/// The monitors of a symptom; `written` has the conditions that are written by hand.
pub(super) fn monitors(symptom: &Symptom, written: &[Query], project: &str) -> Vec<Value> {
    let alert = symptom.alert;
    let queries = match symptom.condition {
        Condition::Events { counter, over, .. } => {
            let query = format!("sum(last_15m):default_zero(sum:{counter}{{{SCOPE}}}.as_count())");
            return vec![metric(symptom, "", (&query, '>', f64::from(over)), project)];
        }
        Condition::Dependency(name) => {
            let scope = format!("{{{SCOPE},dependency:{name}}}");
            let Failure { window, errors, over, .. } = FAILURE;
            let calls = format!("sum:dependency_errors_total{scope}.as_count().rollup(sum, 60)");
            let query = format!("sum(last_{window}m):default_zero(clamp_max({calls}, {errors}))");
            return vec![metric(symptom, "", (&query, '>', f64::from(over)), project)];
        }
        Condition::Written(_) => written.iter().filter(|query| query.alert == alert),
    };
    let monitor = |query: &Query| match query.of {
        Of::Above(text) => metric(symptom, query.name, (text, '>', query.threshold), project),
        Of::Below(text) => metric(symptom, query.name, (text, '<', query.threshold), project),
        Of::BurnRate { objective: of, allowed, long, short } => {
            let id = objective(of, project);
            let rate = format!("burn_rate(\"{id}\").over(\"30d\").long_window(\"{long}\").short_window(\"{short}\")");
            let text = format!("{rate} > {}", query.threshold);
            // The value is the multiple of what is allowed.
            let asked = Asked { query: text, threshold: query.threshold, name: query.name, percent: allowed };
            render(symptom, "slo alert", &asked, project)
        }
    };
    queries.map(monitor).collect()
}

fn metric(symptom: &Symptom, name: &str, condition: (&str, char, f64), project: &str) -> Value {
    let (query, comparison, threshold) = condition;
    let query = format!("{} {comparison} {threshold}", scoped(query, project));
    let asked = Asked { query, threshold, name, percent: 100.0 };
    let mut monitor = render(symptom, "query alert", &asked, project);
    // A replica that sends nothing is the subject of one symptom. Others end with their data.
    let missing = if symptom.alert == "NothingAnswers" { "show_and_notify_no_data" } else { "resolve" };
    monitor["options"]["on_missing_data"] = missing.into();
    monitor["options"]["require_full_window"] = false.into();
    monitor
}

/// The query of a monitor.
struct Asked<'a> {
    query: String,
    threshold: f64,
    name: &'a str,
    /// What a value of 1 is in percent, where the summary has a share.
    percent: f64,
}

fn render(symptom: &Symptom, kind: &str, asked: &Asked<'_>, project: &str) -> Value {
    let Asked { query, threshold, name, percent } = asked;
    let Symptom { entry, severity, .. } = symptom;
    let name = if name.is_empty() { format!("{project}: {entry}") } else { format!("{project}: {entry} ({name})") };
    // In minutes.
    let (severity, priority, renotify) = match severity {
        Severity::Page => ("page", 1, 60),
        Severity::Ticket => ("ticket", 3, 1440),
        Severity::Watchdog => ("watchdog", 5, 1440),
    };
    let summary = summary(symptom, query.contains("by {replica}"), *percent);
    json!({
        "name": name,
        "type": kind,
        "query": query,
        "message": format!("{summary}\n\nRunbook: {}\n\n@NOTIFY_{}", symptom.address(), severity.to_uppercase()),
        "tags": [format!("team:{project}"), format!("service:{project}"), "env:production", format!("severity:{severity}")],
        "priority": priority,
        "options": {
            "thresholds": {"critical": threshold},
            "renotify_interval": renotify,
            "include_tags": true,
            "notification_preset_name": "hide_handles",
        },
    })
}

/// The summary in the notation of Datadog.
fn summary(symptom: &Symptom, names_replica: bool, percent: f64) -> String {
    let mut text = symptom.summary.clone().into_owned();
    let replica = if names_replica { "{{replica.name}}" } else { "Replicas" };
    let share = format!("{{{{eval \"value*{percent}\"}}}} %");
    for (placeholder, value) in [
        ("<count>", "{{value}}"),
        ("<share>", share.as_str()),
        ("<bytes>", "{{value}} bytes"),
        ("<mean>", "{{value}}"),
        ("<replica>", replica),
    ] {
        text = text.replace(placeholder, value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::{Scope, Symptoms};
    use super::*;

    fn parsed(text: &str) -> Vec<Value> {
        serde_json::from_str(text).expect("monitors are JSON")
    }

    #[test]
    fn a_monitor_agrees_with_the_entry_of_the_runbook() {
        let mut symptoms = Symptoms::default();
        let events = Condition::Events { counter: "refused_total", over: 20, keep: 5 };
        symptoms.of("door").ticket("GuestsAreRefused", "Guests are refused", "<count> guests were refused", events);
        let monitors = parsed(&symptoms.monitors(&[], "shop"));
        let [monitor] = monitors.as_slice() else { panic!("{monitors:?}") };
        assert_eq!(monitor["name"], "shop: Guests are refused");
        let query = "sum(last_15m):default_zero(sum:refused_total{service:shop,env:production}.as_count()) > 20";
        assert_eq!(monitor["query"], query);
        let message =
            "{{value}} guests were refused\n\nRunbook: ops/runbook/door.md#guests-are-refused\n\n@NOTIFY_TICKET";
        assert_eq!(monitor["message"], message);
    }

    #[test]
    fn a_minute_of_failed_calls_is_no_failure_that_lasts() {
        let mut symptoms = Symptoms::default();
        symptoms.of("door").dependency("DoorFails", "The door fails");
        let monitors = parsed(&symptoms.monitors(&[], "shop"));
        let calls =
            "sum:dependency_errors_total{service:shop,env:production,dependency:door}.as_count().rollup(sum, 60)";
        let query = format!("sum(last_10m):default_zero(clamp_max({calls}, 10)) > 50");
        assert_eq!(monitors[0]["query"], query);
    }

    #[test]
    fn a_written_condition_has_a_monitor_for_each_of_its_queries() {
        let mut symptoms = Symptoms::default();
        let written = Condition::Written(Scope::Everything);
        symptoms.of("service").page("BudgetBurns", "Requests fail", "<share> of requests fail", written);
        let query = |name, long, short| {
            let of = Of::BurnRate { objective: "requests do not fail", allowed: 0.1, long, short };
            Query { alert: "BudgetBurns", name, of, threshold: 14.4 }
        };
        let queries = [query("1h", "1h", "5m"), query("6h", "6h", "30m")];
        let monitors = parsed(&symptoms.monitors(&queries, "shop"));
        let names: Vec<_> = monitors.iter().map(|monitor| &monitor["name"]).collect();
        assert_eq!(names, ["shop: Requests fail (1h)", "shop: Requests fail (6h)"]);
        let query =
            "burn_rate(\"shop: requests do not fail\").over(\"30d\").long_window(\"1h\").short_window(\"5m\") > 14.4";
        assert_eq!(monitors[0]["query"], query);
        let message = monitors[0]["message"].as_str().expect("a text");
        assert!(message.starts_with("{{eval \"value*0.1\"}} % of requests fail"), "14.4 are 1.44 %: {message}");
    }
}
