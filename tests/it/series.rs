//! The metrics of a generated service match the declarations of its features: every recorded series is described, and every
//! described series is recorded.

use std::collections::BTreeSet;

use restwell::choice::Monitoring;
use restwell::plan::Plan;
use restwell::stack::Stack;

use crate::projects::{Project, all};

/// The text before the name of a recorded series.
const RECORDED: [&str; 4] = ["counter!(\"", "gauge!(\"", "histogram!(\"", "count(\""];

#[test]
fn every_series_is_declared_and_recorded() {
    for stack in Stack::rust_distinct().into_iter().filter(|stack| stack.monitoring != Monitoring::None) {
        let plan = Plan::new(&stack, "shop-api");
        let tree = plan.sources().expect("it renders");
        // Where series are described does not count.
        let describes = |name: &str| name == "prometheus.rs" || name.ends_with("_series.rs");
        let sources =
            tree.files().filter(|(path, _)| path.starts_with("src") && !path.file_name().is_some_and(describes));
        let source: String = sources.map(|(_, file)| String::from_utf8_lossy(&file.bytes)).collect();
        let declared: BTreeSet<&str> = plan.parts.series.iter().map(|series| series.name).collect();
        for before in RECORDED {
            for name in source.split(before).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(declared.contains(name), "{stack:?}: no feature declares the series `{name}`");
            }
        }
        for name in declared.into_iter().filter(|name| *name != "build_info") {
            assert!(source.contains(&format!("\"{name}\"")), "{stack:?}: nothing records the series `{name}`");
        }
    }
}

#[test]
fn every_series_is_on_a_panel_or_in_an_alert() {
    for stack in Stack::rust_distinct().into_iter().filter(|stack| stack.monitoring == Monitoring::Prometheus) {
        let plan = Plan::new(&stack, "shop-api");
        let tree = plan.sources().expect("it renders");
        let watched = tree.files().filter(|(path, _)| {
            path.starts_with("ops/dashboards") || path.parent().is_some_and(|folder| folder == "ops/alerts")
        });
        let watched: String = watched.map(|(_, file)| String::from_utf8_lossy(&file.bytes)).collect();
        for series in plan.parts.series.iter() {
            let name = series.name;
            assert!(mentions(&watched, name), "{stack:?}: no panel and no alert has the series `{name}`");
        }
    }
}

/// Where a load balancer answers too, both must count its answers.
#[test]
fn the_budget_on_the_dashboard_is_that_of_the_alerts() {
    let files = |project: &'static Project| {
        Some((project.get("ops/alerts/service.yml")?, project.get("ops/dashboards/service.json")?))
    };
    let mut indicators = BTreeSet::new();
    for (project, (rules, dashboard)) in all().iter().filter_map(|project| Some((project, files(project)?))) {
        let counted = |text: &'static str, function: &str| {
            text.split(function).skip(1).filter_map(|rest| rest.split('{').next()).collect::<BTreeSet<_>>()
        };
        let left = dashboard.lines().filter(|line| line.contains("[30d]"));
        let left: BTreeSet<&str> = left.flat_map(|line| counted(line, "increase(")).collect();
        let failed = rules.lines().filter(|line| line.contains("[3d]")).flat_map(|line| counted(line, "rate("));
        assert_eq!(left, failed.collect(), "{}", project.id());
        indicators.extend(left);
    }
    assert_eq!(indicators.len(), 2, "that of the service and that of HAProxy: {indicators:?}");
}

#[test]
fn every_series_rises_in_a_test_of_the_project() {
    for stack in Stack::rust_distinct().into_iter().filter(|stack| stack.monitoring == Monitoring::Prometheus) {
        let plan = Plan::new(&stack, "shop-api");
        let tree = plan.sources().expect("it renders");
        let has_cases = |name: &str| name.ends_with("series.rs") || name.ends_with("failures.rs");
        let tests =
            tree.files().filter(|(path, _)| path.starts_with("tests/api") && path.file_name().is_some_and(has_cases));
        let tests: String = tests.map(|(_, file)| String::from_utf8_lossy(&file.bytes)).collect();
        for name in plan.parts.series.iter().map(|series| series.name) {
            assert!(mentions(&tests, name), "{stack:?}: no test has the series `{name}` rise");
        }
    }
}

/// Whether the text has the name of the series, or of a part of the histogram of that name, as a word.
fn mentions(text: &str, series: &str) -> bool {
    let mut words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.any(|word| word.strip_prefix(series).is_some_and(|rest| ["", "_bucket", "_count", "_sum"].contains(&rest)))
}

#[test]
fn descriptions_fit_a_line_of_the_exporter() {
    for stack in Stack::rust_distinct() {
        for series in Plan::new(&stack, "shop-api").parts.series.iter() {
            let line = format!("    describe_histogram!(\"{}\", \"{}\");", series.name, series.help);
            assert!(line.len() <= 120, "rustfmt would break {line}");
        }
    }
}
