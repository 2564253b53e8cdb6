//! The dashboard of a project in Datadog.

use serde_json::{Value, json};

use super::symptom::datadog::scoped;

/// Lines over time, or one number.
#[derive(Clone, Debug)]
pub struct Widget {
    /// Its title.
    pub title: &'static str,
    /// The group in which it is shown.
    pub group: &'static str,
    /// What is drawn: a query, and the name of its lines.
    pub queries: Vec<(&'static str, &'static str)>,
}

/// The dashboard with these widgets, as JSON.
pub(crate) fn dashboard(widgets: &[Widget], project: &str) -> String {
    let groups = widgets.chunk_by(|one, other| one.group == other.group);
    let groups: Vec<Value> = groups
        .map(|widgets| {
            let rendered: Vec<Value> = widgets.iter().map(|widget| widget.render(project)).collect();
            let title = widgets[0].group;
            json!({"definition": {"type": "group", "layout_type": "ordered", "title": title, "widgets": rendered}})
        })
        .collect();
    let dashboard = json!({
        "title": format!("{project}: service"),
        "description": "Objectives, requests, dependencies and process. Runbook: ops/runbook/README.md",
        "layout_type": "ordered",
        "reflow_type": "auto",
        "tags": [format!("team:{project}")],
        "template_variables": [{"name": "env", "prefix": "env", "defaults": ["production"]}],
        "widgets": groups,
    });
    serde_json::to_string_pretty(&dashboard).expect("values are JSON")
}

impl Widget {
    fn render(&self, project: &str) -> Value {
        let names = || ('a'..).map(String::from);
        let of_environment = |query: &str| scoped(query, project).replace("env:production", "$env");
        let queries: Vec<Value> = names()
            .zip(&self.queries)
            .map(|(name, (query, _))| json!({"data_source": "metrics", "name": name, "query": of_environment(query)}))
            .collect();
        let formulas: Vec<Value> =
            names().zip(&self.queries).map(|(name, (_, legend))| json!({"formula": name, "alias": legend})).collect();
        let request = json!({
            "response_format": "timeseries",
            "display_type": "line",
            "queries": queries,
            "formulas": formulas,
        });
        json!({"definition": {"type": "timeseries", "title": self.title, "show_legend": true, "requests": [request]}})
    }
}
