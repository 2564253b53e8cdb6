//! The oracle of pairs: what one value changes is played as the user's edits, then another value is set. The right
//! answer is known: the render of both.

use std::collections::BTreeMap;

use camino::Utf8Path;
use restwell::choice::{Auth, Cache, Ci, Combination, Database, Deploy, Limiter, Monitoring, Upstream, Value};
use restwell::merge::Step;
use restwell::stack::Stack;

use super::{rendered, set};

/// The values, each set on the standard stack.
const VALUES: [Value; 11] = [
    Value::Cache(Cache::Redis),
    Value::Cache(Cache::None),
    Value::Database(Database::Postgres),
    Value::Limiter(Limiter::None),
    Value::Limiter(Limiter::Redis),
    Value::Auth(Auth::Jwt),
    Value::Auth(Auth::ApiKey),
    Value::Upstream(Upstream::Http),
    Value::Monitoring(Monitoring::None),
    Value::Ci(Ci::None),
    Value::Deploy(Deploy::None),
];

/// What was found over all ordered pairs.
#[derive(Default)]
struct Tally {
    pairs: usize,
    clean: usize,
    exact: usize,
    conflicts: BTreeMap<String, usize>,
    others: BTreeMap<String, usize>,
}

#[test]
fn two_values_set_one_after_the_other_merge() {
    let stack = |values: &[Value]| {
        let all = Stack::all();
        let wanted = values.iter().fold(Combination::DEFAULT, |stack, value| stack.with(*value));
        all.into_iter().find(|stack| **stack == wanted).expect("the two go together")
    };
    let mut tally = Tally::default();
    for one in VALUES {
        for other in VALUES.into_iter().filter(|other| other.choice() != one.choice()) {
            tally.add(&stack(&[]), &stack(&[one]), &stack(&[other]), &stack(&[one, other]));
        }
    }
    insta::assert_snapshot!(tally.text());
}

impl Tally {
    fn add(&mut self, standard: &Stack, edited: &Stack, new: &Stack, both: &Stack) {
        let yours = rendered(edited);
        let merge = set(standard, yours, new);
        let conflicts: Vec<&Utf8Path> = merge.conflicts().map(|(path, _)| path.as_path()).collect();
        let result = merge.apply(yours, |_| Step::Keep);
        let right = rendered(both);
        let others: Vec<&Utf8Path> = result
            .keys()
            .chain(right.keys())
            .map(|path| path.as_path())
            .filter(|path| !conflicts.contains(path) && result.get(*path) != right.get(*path))
            .collect();
        self.pairs += 1;
        self.clean += usize::from(conflicts.is_empty());
        self.exact += usize::from(conflicts.is_empty() && others.is_empty());
        for path in conflicts {
            *self.conflicts.entry(path.to_string()).or_default() += 1;
        }
        for path in others {
            *self.others.entry(path.to_string()).or_default() += 1;
        }
    }

    fn text(&self) -> String {
        let sum = |files: &BTreeMap<String, usize>| files.values().sum::<usize>();
        let list = |files: &BTreeMap<String, usize>| {
            files.iter().map(|(path, count)| format!("  {count} {path}\n")).collect::<String>()
        };
        format!(
            "ordered pairs {}\nwithout conflict {}\nthe render of both, byte for byte {}\nfiles in conflict {}\n{}merged without conflict to something else {}\n{}",
            self.pairs,
            self.clean,
            self.exact,
            sum(&self.conflicts),
            list(&self.conflicts),
            sum(&self.others),
            list(&self.others),
        )
    }
}
