//! A choice that was not taken leaves no trace, and a template names only choices it may.

use restwell::choice::{Choice, Value};
use restwell::plan::Plan;
use restwell::stack::Stack;
use restwell::template;

/// The generated files that several choices write into. Every other template is free of conditions.
const SEAMS: &[&str] = &[
    "base/AGENTS.md",
    "base/README.md",
    "base/assets/failures.json",
    "base/benches/hot_path.rs",
    "base/docs/decisions/limits.md",
    "base/justfile",
    "base/ops/CAPACITY.md",
    "base/ops/ONCALL.md",
    "base/ops/RUNBOOK.md",
    "base/src/app.rs",
    "base/src/config.rs",
    "base/src/docs.rs",
    "base/src/error.rs",
    "base/src/guard.rs",
    "base/src/health.rs",
    "base/src/lib.rs",
    "base/src/main.rs",
    "base/src/routes/mod.rs",
    "base/src/server.rs",
    "base/src/telemetry.rs",
    "base/tests/api/main.rs",
    "base/tests/api/support/mod.rs",
    "base/tests/api/support/process.rs",
    "base/tests/api/support/server.rs",
    "cache/src/cache.rs",
    "ci-github/.github/dependabot.yml",
    "ci-github/.github/workflows/ci.yml",
    "database/src/routes/products.rs",
    "deploy-compose+monitoring-prometheus/deploy/alerts.test.yml",
    "deploy-compose+monitoring-prometheus/deploy/alerts.yml",
    "deploy-compose/deploy/compose.yml",
    "image/.dockerignore",
    "image/Dockerfile",
    "monitoring-prometheus/ops/alerts.test.yml",
    "monitoring-prometheus/ops/alerts.yml",
    "monitoring-prometheus/ops/dashboard.json",
    "monitoring-prometheus/src/prometheus.rs",
];

/// Words that give a value away, in lower case.
fn words(value: Value) -> &'static [&'static str] {
    match (value.choice().id(), value.id()) {
        ("database", "sqlite") => &["sqlite"],
        ("monitoring", "prometheus") => &["prometheus", "grafana", "promtool"],
        ("deploy", "compose") => &["compose", "haproxy"],
        ("ci", "github") => &["github", "dependabot"],
        // Nothing that the choice itself does not say.
        ("cache" | "limiter", "memory") | (_, "none") => &[],
        (choice, value) => panic!("say which words give {choice}={value} away"),
    }
}

/// Words that give away that a choice was made at all.
fn words_of(choice: Choice) -> &'static [&'static str] {
    match choice {
        Choice::Database => &["sqlx"],
        Choice::Cache => &["cached", "cache_ttl"],
        Choice::Limiter => &["rate limit", "ratelimit", "rate_limit", "limiter", "gcra"],
        Choice::Monitoring => &["dashboard", "scrape"],
        Choice::Deploy => &["dockerfile"],
        Choice::Ci => &["workflow"],
    }
}

#[test]
fn no_file_has_a_word_of_a_value_not_taken() {
    for stack in Stack::all() {
        let tree = Plan::new(&stack, "north-pier9").render().expect("renders");
        let absent: Vec<Value> = Choice::ALL
            .iter()
            .flat_map(|choice| choice.values().iter().copied())
            .filter(|&value| stack.get(value.choice()) != value)
            .collect();
        // A decision record names the alternatives, the answers file every choice, the lock other people's crates.
        let speaks_freely =
            |path: &str| path.starts_with("docs/decisions/") || path == "restwell.toml" || path == "Cargo.lock";
        for (path, file) in tree.files().filter(|(path, _)| !speaks_freely(path.as_str())) {
            let text = String::from_utf8_lossy(&file.bytes).to_lowercase();
            let untaken = Choice::ALL.iter().filter(|&&choice| stack.get(choice).is_none());
            let silent =
                absent.iter().flat_map(|&value| words(value)).chain(untaken.flat_map(|&choice| words_of(choice)));
            for word in silent {
                let line = text.lines().find(|line| says(line, word));
                assert_eq!(line, None, "{path} of {stack:?} says {word:?}");
                assert!(!path.as_str().to_lowercase().contains(word), "{path} of {stack:?} is named after {word:?}");
            }
        }
    }
}

/// Whether a word of `line` begins with `word`: `delimiter` does not say "limiter".
fn says(line: &str, word: &str) -> bool {
    let begins = |(place, _): (usize, &str)| !line[..place].ends_with(char::is_alphanumeric);
    line.match_indices(word).any(begins)
}

#[test]
fn only_seams_have_conditions() {
    let mut used = Vec::new();
    for folder in template::folders() {
        for (path, source) in template::folder(folder) {
            if source.lines().any(template::is_condition) {
                let path = format!("{folder}/{path}");
                assert!(SEAMS.contains(&path.as_str()), "templates/{path} has a condition but is no declared seam");
                used.push(path);
            }
        }
    }
    for seam in SEAMS {
        assert!(used.iter().any(|path| path == seam), "{seam} is declared a seam and has no condition");
    }
}
