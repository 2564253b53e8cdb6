//! An independent implementation of the rules, to compare with the real one.

use restwell::choice::{Combination, Value};
use restwell::rules;
use restwell::stack::{Answers, Origin, Stack};

/// Whether the documentation permits this combination.
fn possible(word: impl Fn(&str) -> &'static str) -> bool {
    let nothing_is_kept = word("database") == "none";
    let file_in_each_replica =
        word("database") == "sqlite" && ["kubernetes", "aws", "gcp", "azure"].contains(&word("deploy"));
    !(nothing_is_kept && (word("cache") != "none" || word("auth") != "none")) && !file_in_each_replica
}

fn words(combination: &Combination) -> impl Fn(&str) -> &'static str {
    let values: Vec<Value> = combination.values().collect();
    move |choice| {
        let found = values.iter().find(|value| value.choice().id() == choice);
        found.expect("the oracle asks for choices that exist").id()
    }
}

#[test]
fn the_rules_and_the_oracle_agree_on_every_combination() {
    for combination in Combination::all() {
        assert_eq!(rules::allow(&combination), possible(words(&combination)), "{combination:?}");
    }
}

#[test]
fn a_full_set_of_answers_is_kept_or_is_a_conflict_with_fixes() {
    for combination in Combination::all() {
        let answers: Answers = combination.values().map(|value| (value, Origin::Flag)).collect();
        match Stack::resolve(&answers) {
            Ok(resolution) => {
                assert_eq!(*resolution.stack, combination);
                assert!(resolution.moved.is_empty());
            }
            Err(conflict) => {
                assert!(!possible(words(&combination)), "{combination:?}");
                assert!(!conflict.broken.is_empty() && !conflict.nearest.is_empty());
                for nearest in conflict.nearest {
                    let answers: Answers = nearest.asked.iter().map(|&value| (value, Origin::Flag)).collect();
                    assert!(possible(words(&Stack::resolve(&answers).expect("valid").stack)));
                }
            }
        }
    }
}

#[test]
fn any_two_answers_are_both_kept_or_are_a_conflict() {
    let all: Vec<Value> = Value::all().collect();
    for &one in &all {
        for &other in all.iter().filter(|other| other.choice() != one.choice()) {
            let answers: Answers = [(one, Origin::File), (other, Origin::Flag)].into_iter().collect();
            if let Ok(resolution) = Stack::resolve(&answers) {
                assert_eq!(resolution.stack.get(one.choice()), one);
                assert_eq!(resolution.stack.get(other.choice()), other);
                assert!(possible(words(&resolution.stack)));
            }
        }
    }
}
