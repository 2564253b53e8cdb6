//! The rules between values, and warnings about valid combinations.
//!
//! One table is the source for flags, prompts, `explain`, docs and errors. A rule is about two values, so it can be
//! applied to partial answers: a prompt offers only values that no earlier answer forbids.

use crate::choice::{Auth, Cache, Combination, Database, Limiter, Value};
use crate::target::Target;

/// Two values that cannot be combined.
#[derive(Debug)]
pub struct Rule {
    /// The stable error code, known to `restwell explain`.
    pub code: &'static str,
    /// The reason, in one clause that can follow "because:".
    pub because: &'static str,
    /// The value that forbids.
    when: fn(Value) -> bool,
    /// The values that it forbids.
    forbids: fn(Value) -> bool,
}

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule {
        code: "RW0301",
        because: "without a database `/greet` is the only business endpoint, so there is nothing to cache",
        when: |value| value == Value::Database(Database::None),
        forbids: |value| matches!(value, Value::Cache(cache) if cache != Cache::None),
    },
    Rule {
        code: "RW0302",
        because: "without a database there is nothing to write, so there is nothing to guard",
        when: |value| value == Value::Database(Database::None),
        forbids: |value| matches!(value, Value::Auth(auth) if auth != Auth::None),
    },
    Rule {
        code: "RW0303",
        because: "the database would be a file of its own in each of several replicas",
        when: |value| matches!(value, Value::Deploy(deploy) if !deploy.target().local_disk),
        forbids: |value| value == Value::Database(Database::Sqlite),
    },
];

impl Rule {
    /// Whether this rule excludes `one` with `other`, in either order.
    pub fn separates(&self, one: Value, other: Value) -> bool {
        ((self.when)(one) && (self.forbids)(other)) || ((self.when)(other) && (self.forbids)(one))
    }

    /// The two of `values` that break this rule, the forbidding one first.
    pub fn broken_by(&self, values: &[Value]) -> Option<(Value, Value)> {
        let first = values.iter().copied().find(|&value| (self.when)(value))?;
        let second = values.iter().copied().find(|&value| (self.forbids)(value))?;
        Some((first, second))
    }
}

/// The rule that forbids `value` beside `others`, if any.
pub fn forbidding(value: Value, others: &[Value]) -> Option<&'static Rule> {
    RULES.iter().find(|rule| others.iter().any(|&other| rule.separates(value, other)))
}

/// Whether every rule allows this combination.
pub fn allow(combination: &Combination) -> bool {
    let values: Vec<Value> = combination.values().collect();
    RULES.iter().all(|rule| rule.broken_by(&values).is_none())
}

/// How many replicas of the service the deployment runs: the least, and the most under load.
pub fn replicas(combination: &Combination) -> (u32, u32) {
    let Target { replicas, most_replicas, .. } = combination.deploy.target();
    match combination.database {
        // The database is a local file: a second replica would have its own data.
        Database::Sqlite => (1, 1),
        Database::Postgres | Database::None => (replicas, most_replicas),
    }
}

/// Warnings about valid combinations that may be unexpected.
pub fn warnings(combination: &Combination) -> Vec<&'static str> {
    let several = replicas(combination).0 > 1;
    let mut warnings = Vec::new();
    match combination.limiter {
        Limiter::Memory if several => warnings.push(
            "`limiter=memory` counts requests per replica: behind the load balancer the effective limit is multiplied by the number of replicas",
        ),
        Limiter::Memory | Limiter::Redis | Limiter::None => {}
    }
    match combination.cache {
        Cache::Memory if several => warnings.push(
            "`cache=memory` is separate in each replica: after a write the other replicas may return the old value until it expires",
        ),
        Cache::Memory | Cache::Redis | Cache::Memcached | Cache::None => {}
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_in_the_family_of_conflicts() {
        let codes: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), RULES.len());
        assert!(codes.iter().all(|code| code.starts_with("RW03")));
    }

    #[test]
    fn a_rule_holds_in_either_order() {
        let values: Vec<Value> = Value::all().collect();
        for (&one, &other) in values.iter().flat_map(|one| values.iter().map(move |other| (one, other))) {
            for rule in RULES {
                assert_eq!(rule.separates(one, other), rule.separates(other, one));
            }
        }
    }
}
