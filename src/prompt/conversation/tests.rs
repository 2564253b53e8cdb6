//! The order of questions, going back, and changes from the review.

use super::*;
use crate::choice::{Cache, Database};

fn value(choice: Choice, word: &str) -> Value {
    choice.parse(word).expect("it is one of its values")
}

/// The answers from flags.
fn input(values: &[Value]) -> Input {
    Input::gather(values, &[], None, None).expect("all of it is known")
}

fn one_by_one(input: &Input) -> Conversation<'_> {
    let mut conversation = Conversation::new(input, false);
    assert_eq!(conversation.step, Step::Preset);
    conversation.start_from(PRESETS.len());
    conversation
}

#[test]
fn a_choice_with_one_possible_value_is_not_asked() {
    let input = Input::default();
    let mut conversation = one_by_one(&input);
    assert_eq!(conversation.progress(Choice::Database), (1, 8));
    conversation.take(Value::Database(Database::None));
    assert_eq!(conversation.step, Step::Choice(Choice::Limiter));
    assert_eq!(conversation.progress(Choice::Limiter), (2, 6));
    let implied: Vec<Value> = conversation.implied(None).iter().map(|&(value, _)| value).collect();
    assert_eq!(implied, [value(Choice::Cache, "none"), value(Choice::Auth, "none")]);
}

#[test]
fn going_back_takes_the_answer_back_and_remembers_it() {
    let input = Input::default();
    let mut conversation = one_by_one(&input);
    conversation.take(Value::Database(Database::Postgres));
    conversation.take(Value::Cache(Cache::Redis));
    assert_eq!(conversation.step, Step::Choice(Choice::Limiter));
    conversation.back();
    assert_eq!(conversation.settled(None), [Value::Database(Database::Postgres)]);
    conversation.back();
    assert_eq!(conversation.step, Step::Choice(Choice::Database));
    assert!(conversation.settled(None).is_empty());
    let possible = conversation.offered(Choice::Database).possible;
    assert_eq!(possible[conversation.start(Choice::Database, &possible)], Value::Database(Database::Postgres));
    conversation.back();
    assert_eq!(conversation.step, Step::Preset);
    assert!(!conversation.can_go_back());
}

#[test]
fn a_changed_answer_takes_back_only_what_it_forbids() {
    let input = Input::default();
    let mut conversation = one_by_one(&input);
    for &choice in Choice::ALL {
        conversation.take(choice.default_value());
    }
    assert_eq!(conversation.step, Step::Review);
    conversation.edit();
    conversation.turn_to(Step::Choice(Choice::Database));
    assert!(conversation.offered(Choice::Database).refused.is_empty());
    conversation.take(Value::Database(Database::None));
    assert_eq!(conversation.step, Step::Review);
    assert_eq!(conversation.given.get(Choice::Cache), None);
    assert!(conversation.given.get(Choice::Limiter).is_some());
    conversation.edit();
    conversation.turn_to(Step::Choice(Choice::Database));
    conversation.take(Value::Database(Database::Sqlite));
    assert_eq!(conversation.step, Step::Choice(Choice::Cache), "what was taken back is asked again");
}

#[test]
fn leaving_an_edit_changes_nothing() {
    let input = Input::default();
    let mut conversation = Conversation::new(&input, true);
    conversation.named();
    conversation.start_from(2);
    let before = conversation.answers();
    conversation.edit();
    conversation.turn_to(Step::Choice(Choice::Cache));
    conversation.back();
    assert_eq!((conversation.step, conversation.answers()), (Step::Review, before));
    conversation.back();
    assert_eq!(conversation.step, Step::Preset);
    conversation.back();
    assert_eq!(conversation.step, Step::Name);
}

#[test]
fn what_a_flag_gave_forbids_too_and_can_be_changed() {
    let input = input(&[Value::Cache(Cache::Memory)]);
    let mut conversation = one_by_one(&input);
    let refused = conversation.offered(Choice::Database).refused;
    assert_eq!(refused.len(), 1);
    conversation.start_from(0);
    conversation.edit();
    conversation.turn_to(Step::Choice(Choice::Cache));
    conversation.take(Value::Cache(Cache::Redis));
    assert_eq!(conversation.answers().get(Choice::Cache), Some((Value::Cache(Cache::Redis), Origin::Prompt)));
}

#[test]
fn a_preset_is_not_worth_a_question_when_little_is_open() {
    let values: Vec<Value> = Choice::ALL.iter().skip(2).map(|choice| choice.default_value()).collect();
    let input = input(&values);
    assert_eq!(Conversation::new(&input, false).step, Step::Choice(Choice::Database));
}
