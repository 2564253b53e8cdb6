//! What can go wrong in operation. Each symptom is an alert of the monitoring system and an entry of the runbook; both are
//! rendered from one fact, so that they agree on its name, its severity and the place of its entry.
//!
//! A template asks for a symptom by the name of its alert: `<% symptoms.CacheCannotLoad.entry %>` in the runbook. Each
//! monitoring system has a renderer of its own.

pub mod datadog;
mod prometheus;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::name_job;

/// The symptoms of a project.
#[derive(Clone, Debug, Default)]
pub struct Symptoms(Vec<Symptom>);

/// The symptoms on one page of the runbook.
#[derive(Debug)]
pub struct SymptomsOf<'a> {
    page: &'static str,
    all: &'a mut Vec<Symptom>,
}

/// One symptom.
#[derive(Clone, Debug)]
pub struct Symptom {
    /// The name of its alert.
    pub alert: &'static str,
    /// How soon a symptom has to be acted on.
    pub severity: Severity,
    /// What the alert says, in one line. `<count>`, `<share>`, `<bytes>`, `<mean>` and `<replica>` stand for what was
    /// measured; each monitoring system has its own notation for them.
    pub summary: Cow<'static, str>,
    /// The page of the runbook, without its extension.
    pub page: &'static str,
    /// The heading of its entry there. Alerts of one cause share an entry.
    pub entry: &'static str,
    /// When the alert fires.
    pub condition: Condition,
}

/// How soon a symptom has to be acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// At once, also at night.
    Page,
    /// On the next working day.
    Ticket,
    /// When the alert stops: it always fires.
    Watchdog,
}

/// When an alert fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// More events in a quarter of an hour, in all replicas together, than `over`. The alert ends `keep` minutes after
    /// that.
    Events {
        /// The series that counts them.
        counter: &'static str,
        /// The number of events that is no symptom yet.
        over: u32,
        /// Minutes.
        keep: u32,
    },
    /// Calls to the dependency of this name fail or are too slow, on any replica, in five of ten minutes. The service works
    /// without it.
    Dependency(&'static str),
    /// The condition is written by hand, in the template of the rules of each monitoring system.
    Written(Scope),
}

/// When a dependency fails. A minute counts at most a part of what is needed, so that one with many errors is no failure that
/// lasts.
struct Failure {
    /// The minutes that are looked at.
    window: u32,
    /// The number of them in which a breaker was open.
    open: u32,
    /// The number of failed calls that a minute counts at most. While a breaker is open, one is made every five seconds.
    errors: u32,
    /// The number of failed calls, so counted, that is no symptom yet.
    over: u32,
    /// The alert ends this number of minutes after that.
    keep: u32,
}

const FAILURE: Failure = Failure { window: 10, open: 5, errors: 10, over: 50, keep: 5 };

/// The labels that the alert of a written condition has besides its severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// None.
    Everything,
    /// The job of the service.
    Service,
}

impl Symptoms {
    /// Where a feature adds the symptoms that are described on this page of the runbook.
    pub fn of(&mut self, page: &'static str) -> SymptomsOf<'_> {
        SymptomsOf { page, all: &mut self.0 }
    }

    /// All symptoms, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Symptom> {
        self.0.iter()
    }

    /// The alerts that a counter alone decides, as JSON for tests.
    pub(crate) fn counting(&self) -> String {
        let alerts: Vec<_> = self.iter().filter_map(prometheus::counting).collect();
        format!("{:#}", serde_json::Value::from(alerts))
    }

    /// The monitors of Datadog; `written` has the conditions that are written by hand.
    pub(crate) fn monitors(&self, written: &[datadog::Query], project: &str) -> String {
        let monitors: Vec<_> = self.iter().flat_map(|symptom| datadog::monitors(symptom, written, project)).collect();
        format!("{:#}", serde_json::Value::from(monitors))
    }

    /// What templates may ask for, by the name of the alert.
    pub(crate) fn render(&self, project: &str) -> BTreeMap<&'static str, BTreeMap<&'static str, String>> {
        self.iter().map(|symptom| (symptom.alert, symptom.fields(project))).collect()
    }
}

impl SymptomsOf<'_> {
    /// A symptom that has to be acted on at once, also at night.
    pub fn page(
        &mut self,
        alert: &'static str,
        entry: &'static str,
        summary: impl Into<Cow<'static, str>>,
        condition: Condition,
    ) {
        let (page, summary) = (self.page, summary.into());
        self.all.push(Symptom { alert, severity: Severity::Page, summary, page, entry, condition });
    }

    /// A symptom that can wait for the next working day.
    pub fn ticket(
        &mut self,
        alert: &'static str,
        entry: &'static str,
        summary: impl Into<Cow<'static, str>>,
        condition: Condition,
    ) {
        let (page, summary) = (self.page, summary.into());
        self.all.push(Symptom { alert, severity: Severity::Ticket, summary, page, entry, condition });
    }

    /// An alert that always fires: when it stops, alerts are no longer delivered.
    pub fn watchdog(&mut self, alert: &'static str, entry: &'static str, summary: &'static str) {
        let (page, summary, condition) = (self.page, summary.into(), Condition::Written(Scope::Everything));
        self.all.push(Symptom { alert, severity: Severity::Watchdog, summary, page, entry, condition });
    }

    /// The failure of the dependency after which the page is named, and without which the service works.
    pub fn dependency(&mut self, alert: &'static str, entry: &'static str) {
        let summary = format!("{entry}; the service works without it");
        self.ticket(alert, entry, summary, Condition::Dependency(self.page));
    }
}

impl Symptom {
    fn fields(&self, project: &str) -> BTreeMap<&'static str, String> {
        let mut fields = BTreeMap::from([("entry", self.entry.to_owned())]);
        fields.extend(prometheus::fields(self).into_iter().map(|(name, text)| (name, name_job(&text, project))));
        fields
    }

    /// Where its entry is, from the root of the project.
    pub fn address(&self) -> String {
        let heading = self.entry.to_lowercase().replace(' ', "-");
        format!("ops/runbook/{}.md#{heading}", self.page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_and_its_test_agree_with_the_entry_of_the_runbook() {
        let mut symptoms = Symptoms::default();
        let condition = Condition::Events { counter: "refused_total", over: 20, keep: 5 };
        symptoms.of("door").ticket("GuestsAreRefused", "Guests are refused", "<count> guests were refused", condition);
        let rendered = &symptoms.render("shop")["GuestsAreRefused"];
        assert_eq!(rendered["entry"], "Guests are refused");
        assert!(rendered["rule"].contains("summary: \"{{ $value | humanize }} guests were refused\"\n"));
        assert!(rendered["rule"].ends_with("runbook_url: ops/runbook/door.md#guests-are-refused"));
        // One event a minute is 15 in a quarter of an hour, two are 30.
        assert!(rendered["test"].contains("values: 0+1x30 32+2x29 90x30\n"));
        assert!(rendered["test"].contains("summary: 30 guests were refused\n"));
    }
}
