//! The time-outs and bounds of a generated service, listed by its `docs/limits.md`.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Every limit of a project.
#[derive(Debug, Default)]
pub struct Limits {
    time_outs: Vec<(Layer, Limit)>,
    bounds: Vec<Limit>,
    sizes: Vec<Size>,
}

/// What a part of the service needs, for planning its capacity. Each is a cell of a Markdown table.
#[derive(Clone, Debug)]
pub struct Size {
    /// The resource.
    pub what: &'static str,
    /// The formula.
    pub needs: &'static str,
    /// Its result with the defaults.
    pub by_default: Cow<'static, str>,
}

/// A limit: its subject, its value, and the effect of reaching it. Each is a cell of a Markdown table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The wait, queue or store.
    pub what: &'static str,
    /// Its limit, with the setting that changes it.
    pub limit: &'static str,
    /// What happens at the limit.
    pub then: &'static str,
}

/// Where a time-out applies, from the outside in. The table of time-outs is in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// While a new version is deployed.
    Deploy,
    /// In the load balancer.
    LoadBalancer,
    /// On a connection or a request as a whole.
    Request,
    /// On a call that a request makes.
    Call,
    /// In the orchestrator, after SIGTERM.
    GracePeriod,
    /// During a graceful shutdown.
    Shutdown,
    /// At the end of a graceful shutdown.
    Exit,
}

impl Limits {
    /// Adds a time-out; features may share one.
    pub fn time_out(&mut self, layer: Layer, what: &'static str, limit: &'static str, then: &'static str) {
        let added = (layer, Limit { what, limit, then });
        if !self.time_outs.contains(&added) {
            self.time_outs.push(added);
        }
    }

    /// Adds a bound.
    pub fn bound(&mut self, what: &'static str, limit: &'static str, then: &'static str) {
        self.bounds.push(Limit { what, limit, then });
    }

    /// Adds a line of arithmetic.
    pub fn size(&mut self, what: &'static str, needs: &'static str, by_default: impl Into<Cow<'static, str>>) {
        self.sizes.push(Size { what, needs, by_default: by_default.into() });
    }

    /// The lines of the table of arithmetic.
    pub(crate) fn sizes(&self) -> String {
        let line = |Size { what, needs, by_default }: &Size| format!("| {what} | {needs} | {by_default} |");
        self.sizes.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The table of time-outs, from the outside in.
    pub(crate) fn time_outs(&self) -> String {
        let mut sorted = self.time_outs.clone();
        sorted.sort_by_key(|(layer, _)| *layer);
        table("| what | time-out | then |", sorted.iter().map(|(_, limit)| limit))
    }

    /// The table of bounds.
    pub(crate) fn bounds(&self) -> String {
        table("| what | bound | over it |", self.bounds.iter())
    }
}

fn table<'a>(heading: &str, limits: impl Iterator<Item = &'a Limit>) -> String {
    let mut text = format!("{heading}\n| --- | --- | --- |");
    for Limit { what, limit, then } in limits {
        write!(text, "\n| {what} | {limit} | {then} |").expect("a String takes every write");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_outs_are_listed_from_the_outside_in_and_once() {
        let mut limits = Limits::default();
        limits.time_out(Layer::Call, "a call", "1 s", "503");
        limits.time_out(Layer::LoadBalancer, "an answer", "15 s", "504");
        limits.time_out(Layer::Call, "a call", "1 s", "503");
        let expected =
            "| what | time-out | then |\n| --- | --- | --- |\n| an answer | 15 s | 504 |\n| a call | 1 s | 503 |";
        assert_eq!(limits.time_outs(), expected);
    }
}
