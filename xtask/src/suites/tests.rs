//! The suites that a run includes, and what the output of a test program says.

use super::*;
use crate::changed;

#[test]
fn stacks_that_are_given_or_left_out_do_not_complete_the_stage() {
    let changed = TurnOptions { changed: changed::Options::since("main"), all: false };
    let given = Options { stacks: vec!["any".to_owned()], ..Options::default() };
    let left_out = Options { turn: changed, ..Options::default() };
    let repeated = Options { times: Some(10), ..Options::default() };
    let selections = [&given, &left_out, &repeated].map(Options::selection);
    assert_eq!(selections, [Selection::Part, Selection::Part, Selection::All]);
}

#[test]
fn a_suite_with_a_receipt_has_a_turn_and_one_without_runs_in_each() {
    let stacks = surrounded();
    let tested: BTreeSet<String> = stacks.iter().map(|stack| id(&same_rust(stack))).collect();
    let names: BTreeSet<String> = stacks.iter().map(id).collect();
    let parts: Vec<BTreeSet<String>> = (0..TURNS).map(|turn| of_turn(turn, &stacks, &tested)).collect();
    assert_eq!(parts.iter().map(BTreeSet::len).sum::<usize>(), names.len());
    assert_eq!(parts.into_iter().flatten().collect::<BTreeSet<_>>(), names);
    assert!((0..TURNS).all(|turn| of_turn(turn, &stacks, &BTreeSet::new()) == names));
}

#[test]
fn a_result_has_the_number_of_tests_however_often_they_ran() {
    let found = ["293 tests", "10 times, 293 tests each", "", "failed"].map(number_of_tests);
    assert_eq!(found, [Some(293), Some(293), None, None]);
}

#[test]
fn results_of_all_test_binaries_are_added() {
    let output = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured\nx\n\
                  test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured\n";
    assert_eq!((sum(output, "passed"), sum(output, "ignored")), (15, 1));
}

#[test]
fn every_target_and_every_ci_is_around_some_suite_with_monitoring() {
    let surrounded = surrounded();
    assert_eq!(surrounded.len(), pairwise().len());
    let monitored = surrounded.iter().filter(|stack| !stack.get(Choice::Monitoring).is_none());
    let used: Vec<Value> = monitored.flat_map(|stack| stack.values()).collect();
    for choice in [Choice::Deploy, Choice::Ci] {
        for value in choice.values() {
            assert!(used.contains(value), "{value} is around no suite with monitoring");
        }
    }
}

#[test]
fn a_long_text_keeps_both_ends() {
    assert_eq!(ends("short"), "short");
    let text = ends(&format!("begin{}end", "é".repeat(9000)));
    assert!(text.starts_with("beginé") && text.contains("é\n[…]\né") && text.ends_with("éend"), "{text}");
    assert!(text.len() < 8100);
}

#[test]
fn failed_tests_are_named() {
    let output = "test a::b ... ok\ntest a::c ... FAILED\ntest d ... ignored\n\nfailures:\n    a::c\n";
    assert_eq!(failed_tests(output), ["a::c"]);
}
