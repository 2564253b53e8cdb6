//! The dashboards of a project and their panels, in Grafana's format. Each subject has a dashboard of its own.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::name_job;

/// The panels of every dashboard, by its subject.
#[derive(Clone, Debug, Default)]
pub struct Dashboards(BTreeMap<&'static str, Vec<Panel>>);

impl Dashboards {
    /// Adds a panel to the dashboard of `subject`.
    pub fn add(&mut self, subject: &'static str, panel: Panel) {
        self.0.entry(subject).or_default().push(panel);
    }

    /// What templates may ask for by subject: `<% dashboards.cache %>`. Each dashboard links to the others of `project`.
    pub(crate) fn render(&self, project: &str) -> BTreeMap<&'static str, String> {
        let rendered = self.0.iter().map(|(subject, panels)| {
            let dashboard = json!({
                "uid": subject,
                "title": format!("{project}: {subject}"),
                "tags": [project],
                "links": [{"type": "dashboards", "title": "Dashboards", "tags": [project], "asDropdown": true}],
                "schemaVersion": 39,
                "editable": true,
                "timezone": "utc",
                "refresh": "30s",
                "time": {"from": "now-3h", "to": "now"},
                "annotations": {"list": [starts(project)]},
                "panels": placed(panels, project),
            });
            (*subject, serde_json::to_string_pretty(&dashboard).expect("values are JSON"))
        });
        rendered.collect()
    }
}

/// A panel of the dashboard: one number, or lines over time.
#[derive(Clone, Debug)]
pub struct Panel {
    title: &'static str,
    description: &'static str,
    section: Section,
    unit: Unit,
    stacked: bool,
    /// The values from which the number is yellow, and red.
    thresholds: Option<(f64, f64)>,
    /// The value at which something is refused, killed or reported, drawn as a line.
    limit: Option<f64>,
    /// The page of the runbook that explains it, without its extension.
    runbook: Option<&'static str>,
    queries: Vec<(String, &'static str)>,
}

/// The section of a panel, from top to bottom. Each starts a new row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// The client's view, as numbers.
    Summary,
    /// The client's view, over time.
    Requests,
    /// The parts that requests use: data, quotas, dependencies.
    Parts,
    /// The process.
    Process,
}

/// The unit of a panel's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share of 1.
    Share,
    /// Events per second.
    PerSecond,
    /// A count.
    Count,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
}

impl Section {
    /// Width and height of its panels; a row is 24 wide.
    fn size(self) -> (u32, u32) {
        match self {
            Self::Summary => (6, 4),
            Self::Requests => (12, 8),
            Self::Parts | Self::Process => (8, 8),
        }
    }
}

impl Unit {
    fn id(self) -> &'static str {
        match self {
            Self::Share => "percentunit",
            Self::PerSecond => "reqps",
            Self::Count => "short",
            Self::Seconds => "s",
            Self::Bytes => "bytes",
        }
    }
}

impl Panel {
    /// A panel without a query.
    pub fn new(section: Section, title: &'static str, description: &'static str, unit: Unit) -> Self {
        Self {
            title,
            description,
            section,
            unit,
            stacked: false,
            thresholds: None,
            limit: None,
            runbook: None,
            queries: Vec::new(),
        }
    }

    /// Adds a query in PromQL, and the legend of its lines.
    pub fn query(mut self, expr: &str, legend: &'static str) -> Self {
        self.queries.push((expr.to_owned(), legend));
        self
    }

    /// Draws the lines on top of one another.
    pub fn stacked(self) -> Self {
        Self { stacked: true, ..self }
    }

    /// Colours its number from these values on.
    pub fn thresholds(self, yellow: f64, red: f64) -> Self {
        Self { thresholds: Some((yellow, red)), ..self }
    }

    /// Draws a line at this value.
    pub fn limit(self, limit: f64) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Names the page of the runbook that explains it.
    pub fn runbook(self, page: &'static str) -> Self {
        Self { runbook: Some(page), ..self }
    }

    /// Its description, with the page of the runbook.
    fn description(&self) -> String {
        let page = self.runbook.map(|page| format!("\n\nRunbook: ops/runbook/{page}.md"));
        self.description.to_owned() + &page.unwrap_or_default()
    }

    fn render(&self, id: usize, (x, y): (u32, u32), project: &str) -> Value {
        let Self { title, section, queries, .. } = self;
        let (width, height) = section.size();
        let targets: Vec<Value> = queries
            .iter()
            .zip('A'..)
            .map(|((expr, legend), name)| {
                json!({"refId": name, "expr": name_job(expr, project), "legendFormat": legend})
            })
            .collect();
        json!({
            "id": id,
            "type": if *section == Section::Summary { "stat" } else { "timeseries" },
            "title": title,
            "description": self.description(),
            "gridPos": {"x": x, "y": y, "w": width, "h": height},
            "datasource": {"type": "prometheus", "uid": "prometheus"},
            "fieldConfig": {"defaults": self.defaults(), "overrides": []},
            "options": self.options(),
            "targets": targets,
        })
    }

    fn defaults(&self) -> Value {
        let unit = self.unit.id();
        match (self.section, self.thresholds) {
            (Section::Summary, Some((yellow, red))) => json!({
                "unit": unit,
                "noValue": "0",
                "thresholds": {"mode": "absolute", "steps": [
                    {"color": "green", "value": null},
                    {"color": "yellow", "value": yellow},
                    {"color": "red", "value": red},
                ]},
            }),
            (Section::Summary, None) => json!({"unit": unit, "noValue": "0"}),
            (_, _) => self.lines(),
        }
    }

    /// How lines over time are drawn.
    fn lines(&self) -> Value {
        let mut custom = json!({"fillOpacity": 10});
        if self.stacked {
            custom["stacking"] = json!({"mode": "normal"});
        }
        let mut defaults = json!({"unit": self.unit.id(), "min": 0});
        if let Some(limit) = self.limit {
            custom["thresholdsStyle"] = json!({"mode": "dashed"});
            let steps = json!([{"color": "green", "value": null}, {"color": "red", "value": limit}]);
            defaults["thresholds"] = json!({"mode": "absolute", "steps": steps});
        }
        defaults["custom"] = custom;
        defaults
    }

    fn options(&self) -> Value {
        match self.section {
            Section::Summary => json!({"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value"}),
            Section::Requests | Section::Parts | Section::Process => json!({
                "tooltip": {"mode": "multi", "sort": "desc"},
                "legend": {"displayMode": "list", "placement": "bottom"},
            }),
        }
    }
}

/// Marks the time at which each replica started, with its version: a deploy or a restart.
fn starts(project: &str) -> Value {
    let expr =
        "process_start_time_seconds{job=\"app\"} * 1000 * on (instance) group_left (version) build_info{job=\"app\"}";
    json!({
        "name": "Starts",
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "enable": true,
        "iconColor": "blue",
        "expr": name_job(expr, project),
        "useValueForTime": "on",
        "titleFormat": "start of {{version}}",
        "textFormat": "{{instance}}",
    })
}

/// The rate of a counter, over all replicas.
pub fn rate(counter: &str) -> String {
    format!("sum(rate({counter}{{job=\"app\"}}[$__rate_interval]))")
}

/// The panels from top to bottom and from left to right.
fn placed(panels: &[Panel], project: &str) -> Vec<Value> {
    let mut sorted: Vec<&Panel> = panels.iter().collect();
    sorted.sort_by_key(|panel| panel.section);
    let (mut x, mut y, mut row) = (0, 0, None);
    let placed = sorted.iter().zip(1..).map(|(panel, id)| {
        let (width, height) = panel.section.size();
        let is_full = x + width > ROW;
        if let Some((section, height_of_row)) = row
            && (section != panel.section || is_full)
        {
            (x, y) = (0, y + height_of_row);
        }
        row = Some((panel.section, height));
        let rendered = panel.render(id, (x, y), project);
        x += width;
        rendered
    });
    placed.collect()
}

/// The width of a row.
const ROW: u32 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(sections: &[Section]) -> Vec<(u64, u64)> {
        let panels: Vec<Panel> =
            sections.iter().map(|section| Panel::new(*section, "title", "about", Unit::Count)).collect();
        let number = |panel: &Value, name: &str| panel["gridPos"][name].as_u64().expect("a number");
        placed(&panels, "shop").iter().map(|panel| (number(panel, "x"), number(panel, "y"))).collect()
    }

    #[test]
    fn a_limit_is_a_line_and_the_runbook_is_named() {
        let panel = Panel::new(Section::Parts, "title", "About.", Unit::Count).limit(512.0).runbook("service");
        let panel = panel.render(1, (0, 0), "shop");
        let defaults = &panel["fieldConfig"]["defaults"];
        assert_eq!(defaults["custom"]["thresholdsStyle"]["mode"], "dashed");
        assert_eq!(defaults["thresholds"]["steps"][1]["value"], 512.0);
        assert_eq!(panel["description"], "About.\n\nRunbook: ops/runbook/service.md");
    }

    #[test]
    fn panels_fill_rows_and_a_section_begins_a_new_one() {
        use Section::{Parts, Process, Requests, Summary};
        let sections = [Process, Parts, Parts, Parts, Parts, Requests, Summary, Summary];
        let expected = [(0, 0), (6, 0), (0, 4), (0, 12), (8, 12), (16, 12), (0, 20), (0, 28)];
        assert_eq!(positions(&sections), expected);
    }
}
