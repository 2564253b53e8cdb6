//! The metrics of a generated service. Each feature declares the series that its code records; from this one list the
//! exporter describes them and creates their counters at start.

use std::fmt::Write;

/// All metrics, in the order of their declaration.
#[derive(Clone, Debug, Default)]
pub struct AllSeries(Vec<Series>);

/// One metric, with all its label values.
#[derive(Clone, Debug)]
pub struct Series {
    /// The name of the series.
    pub name: &'static str,
    /// The kind of metric.
    pub kind: Kind,
    /// What it counts or shows, in one clause.
    pub help: &'static str,
    /// The label of a counter, and the values for which it is created at start.
    label: Option<(&'static str, Vec<&'static str>)>,
    /// Whether the code that records a counter also creates it, because only that code knows its labels.
    made_by_owner: bool,
}

/// The kind of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only increases, until the process ends.
    Counter,
    /// Increases and decreases.
    Gauge,
    /// A distribution.
    Histogram,
}

impl AllSeries {
    /// A counter without labels.
    pub fn counter(&mut self, name: &'static str, help: &'static str) {
        self.add(name, Kind::Counter, help);
    }

    /// A gauge.
    pub fn gauge(&mut self, name: &'static str, help: &'static str) {
        self.add(name, Kind::Gauge, help);
    }

    /// A histogram.
    pub fn histogram(&mut self, name: &'static str, help: &'static str) {
        self.add(name, Kind::Histogram, help);
    }

    /// A counter that the recording code creates at start, with labels that only that code knows.
    pub fn counter_of_owner(&mut self, name: &'static str, help: &'static str) {
        self.add(name, Kind::Counter, help).made_by_owner = true;
    }

    /// A counter with one label. Features that share it add their values: the description of the first is kept.
    pub fn labelled(&mut self, name: &'static str, label: &'static str, values: &[&'static str], help: &'static str) {
        let known = self.0.iter_mut().find(|series| series.name == name);
        match known.and_then(|series| series.label.as_mut()) {
            Some((_, known)) => known.extend(values),
            None => self.add(name, Kind::Counter, help).label = Some((label, values.to_vec())),
        }
    }

    /// Every series.
    pub fn iter(&self) -> impl Iterator<Item = &Series> {
        self.0.iter()
    }

    /// Statements of the exporter: a description of each series, and its counters at zero.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for series in &self.0 {
            series.render(&mut text);
        }
        text.trim_end().to_owned()
    }

    fn add(&mut self, name: &'static str, kind: Kind, help: &'static str) -> &mut Series {
        self.0.push(Series { name, kind, help, label: None, made_by_owner: false });
        self.0.last_mut().expect("it was added")
    }
}

impl Series {
    fn render(&self, text: &mut String) {
        let Self { name, kind, help, label, made_by_owner } = self;
        let describe = match kind {
            Kind::Counter => "describe_counter",
            Kind::Gauge => "describe_gauge",
            Kind::Histogram => "describe_histogram",
        };
        let made = match label {
            _ if *kind != Kind::Counter || *made_by_owner => String::new(),
            None => format!("    counter!(\"{name}\").absolute(0);\n"),
            Some((label, values)) => format!(
                "    for {label} in {values:?} {{\n        counter!(\"{name}\", \"{label}\" => {label}).absolute(0);\n    }}\n"
            ),
        };
        write!(text, "    {describe}!(\"{name}\", \"{help}\");\n{made}").expect("a string takes any text");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_label_come_from_several_features() {
        let mut all = AllSeries::default();
        all.labelled("reads_total", "result", &["hit"], "Reads");
        all.labelled("reads_total", "result", &["shared"], "Reads");
        assert_eq!(
            all.render(),
            "    describe_counter!(\"reads_total\", \"Reads\");\n    for result in [\"hit\", \"shared\"] {\n        \
             counter!(\"reads_total\", \"result\" => result).absolute(0);\n    }"
        );
    }
}
