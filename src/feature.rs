//! What a choice adds to a project: one [`Feature`] for each value, and further ones for code that several values share.
//!
//! The files of a feature are in the template folder of its name; `contribute` adds to the typed facts.

mod auth;
mod auth_api_key;
mod auth_jwt;
mod base;
mod cache;
mod cache_memcached;
mod cache_memory;
mod cache_redis;
mod ci_github;
mod ci_gitlab;
mod database;
mod database_postgres;
mod database_sqlite;
mod deploy_aws;
mod deploy_azure;
mod deploy_compose;
mod deploy_fly;
mod deploy_gcp;
mod deploy_kubernetes;
mod deploy_systemd;
mod limiter_memory;
mod limiter_redis;
mod list;
mod load_balancer;
mod monitoring_datadog;
mod monitoring_otlp;
mod monitoring_prometheus;
mod none;
mod runbook_links;
mod series;
mod shared;
mod spans;
mod upstream_http;

pub use list::FEATURES;

use crate::choice::Value;
use crate::part::Parts;
use crate::stack::Stack;

/// A part of the generated project.
#[derive(Debug)]
pub struct Feature {
    /// Its name, and the name of its template folder.
    pub id: &'static str,
    /// When a project has it.
    pub wanted: Wanted,
    /// Adds to the facts that several features share.
    pub contribute: fn(&Stack, &mut Parts),
}

/// When a project has a feature.
#[derive(Debug)]
pub enum Wanted {
    /// In every project.
    Always,
    /// With one value of one choice, which the offer describes to the user.
    Value(Value, Offer),
    /// With several values, or with a combination of values.
    Where(fn(&Stack) -> bool),
    /// With all features in its id, which are joined by `+`.
    Cross,
}

/// The description of a value for the user.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// Its name in a sentence.
    pub label: &'static str,
    /// The difference from the other values, in one clause that fits a line.
    pub clause: &'static str,
    /// What it costs, in one clause.
    pub cost: &'static str,
    /// Why it exists, in a sentence or two.
    pub why: &'static str,
    /// When to pick it: a clause that follows "pick it".
    pub pick: &'static str,
}

/// The features that a project with `stack` has, in the order in which they contribute.
pub fn wanted(stack: &Stack) -> impl Iterator<Item = &'static Feature> + '_ {
    FEATURES.iter().copied().filter(|feature| feature.is_wanted(stack))
}

impl Feature {
    /// Whether a project with `stack` has this feature.
    pub fn is_wanted(&self, stack: &Stack) -> bool {
        match self.wanted {
            Wanted::Always => true,
            Wanted::Value(value, _) => stack.get(value.choice()) == value,
            Wanted::Where(wanted) => wanted(stack),
            Wanted::Cross => {
                self.id.split('+').all(|id| FEATURES.iter().any(|feature| feature.id == id && feature.is_wanted(stack)))
            }
        }
    }

    /// The origin of its files in reports: `cache=memory`, or its name.
    pub fn origin(&self) -> String {
        match self.wanted {
            Wanted::Value(value, _) => value.to_string(),
            Wanted::Always | Wanted::Where(_) | Wanted::Cross => self.id.to_owned(),
        }
    }
}

impl Value {
    /// The feature of this value.
    pub fn feature(self) -> &'static Feature {
        FEATURES
            .iter()
            .find(|feature| matches!(feature.wanted, Wanted::Value(value, _) if value == self))
            .expect("a test checks that every value has a feature")
    }

    /// The description of this value for the user.
    pub fn offer(self) -> Offer {
        match self.feature().wanted {
            Wanted::Value(_, offer) => offer,
            Wanted::Always | Wanted::Where(_) | Wanted::Cross => unreachable!("`feature` finds values only"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;
    use crate::template;

    fn values() -> impl Iterator<Item = Value> {
        Choice::ALL.iter().flat_map(|choice| choice.values().iter().copied())
    }

    #[test]
    fn every_value_has_exactly_one_feature_named_after_it() {
        for value in values() {
            let owners: Vec<_> = FEATURES
                .iter()
                .filter(|feature| matches!(feature.wanted, Wanted::Value(owned, _) if owned == value))
                .map(|feature| feature.id)
                .collect();
            assert_eq!(owners, [format!("{}-{}", value.choice().id(), value.id())]);
        }
    }

    #[test]
    fn every_template_folder_belongs_to_a_feature() {
        for folder in template::folders().into_iter().filter(|folder| *folder != "resource") {
            assert!(FEATURES.iter().any(|feature| feature.id == folder), "templates/{folder} belongs to no feature");
        }
    }

    #[test]
    fn a_cross_names_features_that_come_before_it() {
        for (place, feature) in
            FEATURES.iter().enumerate().filter(|(_, feature)| matches!(feature.wanted, Wanted::Cross))
        {
            let known = |id: &str| FEATURES[..place].iter().any(|earlier| earlier.id == id);
            assert!(feature.id.contains('+') && feature.id.split('+').all(known), "{}", feature.id);
        }
    }

    #[test]
    fn every_value_except_none_has_templates() {
        for value in values().filter(|value| !value.is_none()) {
            assert!(!template::folder(value.feature().id).is_empty(), "{value} has no templates");
        }
    }

    #[test]
    fn offers_are_one_plain_sentence() {
        for value in values() {
            let Offer { label, clause, cost, why, pick } = value.offer();
            for text in [label, clause, cost, pick] {
                assert!(!text.is_empty() && !text.ends_with('.') && !text.contains('\n'), "{value}: {text}");
            }
            assert!(clause.len() <= 60, "{value}: a list shows the clause in one line of 80 columns: {clause}");
            assert!(["when", "until", "to "].iter().any(|word| pick.starts_with(word)), "{value}: pick it {pick}");
            assert!(why.ends_with('.'), "{value}: {why}");
        }
    }
}
