//! The metrics of a generated service. Each feature declares the series that its code records; from this one list the
//! project describes them and creates their counters at start, each subject in a module of its own.

use std::collections::BTreeMap;
use std::fmt::Write;

/// All metrics, in the order of their declaration.
#[derive(Clone, Debug, Default)]
pub struct AllSeries(Vec<Series>);

/// The series of one subject.
#[derive(Debug)]
pub struct SeriesOf<'a> {
    subject: &'static str,
    all: &'a mut Vec<Series>,
}

/// One metric, with all its label values.
#[derive(Clone, Debug)]
pub struct Series {
    /// The part of the service that records it, and the name of the module that describes it.
    pub subject: &'static str,
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
    /// Where a feature adds the series of `subject`.
    pub fn of(&mut self, subject: &'static str) -> SeriesOf<'_> {
        SeriesOf { subject, all: &mut self.0 }
    }

    /// Every series.
    pub fn iter(&self) -> impl Iterator<Item = &Series> {
        self.0.iter()
    }

    /// What templates may ask for by subject, such as `<% series.cache.statements %>`: statements that describe each series
    /// and create its counters at zero, and the macros that they use.
    pub(crate) fn render(&self) -> BTreeMap<&'static str, BTreeMap<&'static str, String>> {
        let mut rendered = BTreeMap::new();
        for Series { subject, .. } in &self.0 {
            rendered.entry(*subject).or_insert_with(|| {
                let of_subject = || self.0.iter().filter(|series| series.subject == *subject);
                let mut statements = String::new();
                of_subject().for_each(|series| series.render(&mut statements));
                let macros = ["counter", "describe_counter", "describe_gauge", "describe_histogram"];
                let used = |name: &&str| statements.contains(&format!(" {name}!("));
                let macros = macros.into_iter().filter(used).collect::<Vec<_>>().join(", ");
                BTreeMap::from([("macros", macros), ("statements", statements.trim_end().to_owned())])
            });
        }
        rendered
    }
}

impl SeriesOf<'_> {
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

    /// A counter with one label. Features that share it add their values, and tell the same of it.
    ///
    /// # Panics
    /// If another feature tells something else of the same counter.
    pub fn labelled(&mut self, name: &'static str, label: &'static str, values: &[&'static str], help: &'static str) {
        let Some(known) = self.all.iter_mut().find(|series| series.name == name) else {
            self.add(name, Kind::Counter, help).label = Some((label, values.to_vec()));
            return;
        };
        match &mut known.label {
            Some((of_known, known_values)) if *of_known == label && known.help == help => known_values.extend(values),
            _ => panic!("two features differ about `{name}`"),
        }
    }

    fn add(&mut self, name: &'static str, kind: Kind, help: &'static str) -> &mut Series {
        let subject = self.subject;
        self.all.push(Series { subject, name, kind, help, label: None, made_by_owner: false });
        self.all.last_mut().expect("it was added")
    }
}

impl Series {
    /// The label of a counter, if it has one that is declared.
    pub fn label(&self) -> Option<&'static str> {
        self.label.as_ref().map(|(label, _)| *label)
    }

    fn render(&self, text: &mut String) {
        let Self { name, kind, help, label, made_by_owner, .. } = self;
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
    #[should_panic(expected = "two features differ about `reads_total`")]
    fn two_features_cannot_differ_about_a_counter() {
        let mut all = AllSeries::default();
        all.of("cache").labelled("reads_total", "result", &["hit"], "Reads");
        all.of("cache").labelled("reads_total", "result", &["shared"], "Reads of all");
    }

    #[test]
    fn values_of_one_label_come_from_several_features() {
        let mut all = AllSeries::default();
        all.of("cache").labelled("reads_total", "result", &["hit"], "Reads");
        all.of("cache").labelled("reads_total", "result", &["shared"], "Reads");
        assert_eq!(all.render()["cache"]["macros"], "counter, describe_counter");
        assert_eq!(
            all.render()["cache"]["statements"],
            "    describe_counter!(\"reads_total\", \"Reads\");\n    for result in [\"hit\", \"shared\"] {\n        \
             counter!(\"reads_total\", \"result\" => result).absolute(0);\n    }"
        );
    }
}
