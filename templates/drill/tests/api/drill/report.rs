//! The page that a drill ends with.

use std::collections::BTreeMap;

use super::Pace;
use super::load::Sample;
use super::outcome::{Outcome, share};

pub fn page(outcomes: &[Outcome], pace: Pace) -> String {
    let (mut page, mut kept) = (String::new(), 0);
    for outcome in outcomes {
        let mut lines = lines(outcome);
        let broken = outcome.broken(pace);
        kept += usize::from(broken.is_empty());
        lines.extend(broken.into_iter().map(|promise| ("BROKEN", promise)));
        page += &format!("\n{}\n", outcome.what);
        page.extend(lines.iter().map(|(label, text)| format!("    {label:<10} {text}\n")));
    }
    format!("{page}\nIn {kept} of {} failures, every promise was kept.", outcomes.len())
}

fn lines(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let (held, others) = outcome.split();
    let mut lines = Vec::new();
    if !held.is_empty() {
        lines.push(("answered", counts(&held)));
    }
    if !others.is_empty() {
        let refused: Vec<_> = others.iter().copied().filter(|sample| !sample.is_answered()).collect();
        lines.push(("need it", counts(&others)));
        if !refused.is_empty() {
            lines.push(("refused", format!("after {}", latency(&refused))));
        }
    }
    let answered: Vec<_> = outcome.during.iter().filter(|sample| sample.is_answered()).collect();
    let [before, after] = [&outcome.before, &outcome.after].map(|samples| latency(&samples.iter().collect::<Vec<_>>()));
    let during = latency(&answered);
    lines.push(("latency", format!("before {before}; during {during}; after {after}")));
    lines.push(("recovery", format!("{:.1?} after its end, every request is answered", outcome.recovery)));
    lines.extend(outcome.notes.iter().cloned());
    lines
}

/// How many requests were answered with each status.
fn counts(samples: &[&Sample]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for sample in samples {
        let status = sample.status.map_or("no answer".to_owned(), |status| status.to_string());
        *counts.entry(status).or_default() += 1;
    }
    let counts: Vec<_> = counts.into_iter().map(|(status, count)| format!("{count} × {status}")).collect();
    format!("{} requests: {}", samples.len(), counts.join(", "))
}

fn latency(samples: &[&Sample]) -> String {
    format!("p50 {:.1?}, p99 {:.1?}", share(samples, 50), share(samples, 99))
}
