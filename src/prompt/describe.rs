//! The text of the wizard: questions and facts about each answer, derived from choices, plans and rules. Pure.

use super::conversation::{Conversation, Offered, Step};
use super::question::{Fact, Item, Question, Refused};
use crate::addition::Addition;
use crate::choice::{Choice, Value};
use crate::feature::Offer;
use crate::plan::Plan;
use crate::preset::{PRESETS, Preset};
use crate::stack::{Answers, Moved, Origin, Resolution, Stack};

/// The alternative to the presets.
const ONE_BY_ONE: &str = "one by one";

/// The placeholder for the name of the project before it is known.
pub(super) const NO_NAME: &str = "restwell new";

/// The current question.
pub(super) fn question(conversation: &Conversation<'_>, name: Option<&str>) -> Question {
    let frame = Question {
        subject: name.unwrap_or(NO_NAME).to_owned(),
        can_go_back: conversation.can_go_back(),
        ..Question::default()
    };
    match conversation.step {
        Step::Choice(choice) => choice_question(conversation, choice, frame),
        Step::Edit => edit_question(conversation, frame),
        Step::Name | Step::Preset | Step::Review => preset_question(conversation, frame),
    }
}

/// The pages that can be opened from the list of answers, in its order.
pub(super) fn editable(conversation: &Conversation<'_>) -> Vec<Step> {
    let name = conversation.is_name_asked().then_some(Step::Name);
    name.into_iter().chain(Choice::ALL.iter().map(|&choice| Step::Choice(choice))).collect()
}

fn preset_question(conversation: &Conversation<'_>, frame: Question) -> Question {
    let asked: Answers = conversation.settled(None).into_iter().map(|value| (value, Origin::Flag)).collect();
    let mut items: Vec<Item> = PRESETS.iter().map(|preset| preset_item(preset, &asked)).collect();
    items.push(Item {
        word: ONE_BY_ONE.to_owned(),
        clause: "answer each question".to_owned(),
        facts: vec![
            Fact::new("brings", "A question for each choice, with the benefit and cost of every value."),
            Fact::new("pick it", "when none of the presets fits. Every answer can be changed in the review."),
        ],
    });
    Question {
        place: "start".to_owned(),
        settled: settled(conversation, None),
        title: "Which preset do you start from?".to_owned(),
        start: conversation.started_from,
        items,
        ..frame
    }
}

fn preset_item(preset: &Preset, asked: &Answers) -> Item {
    let answers = asked.clone().or(&preset.answers());
    // Conflicts between given answers are reported before the wizard starts.
    let Ok(Resolution { stack, moved, .. }) = Stack::resolve(&answers) else { return Item::default() };
    let changed: Vec<Value> = stack.values().filter(|&value| preset.value(value.choice()) != value).collect();
    let values = |values: &[Value]| values.iter().map(|&value| spoken(value)).collect::<Vec<_>>().join(", ");
    let (clause, brings) = match &changed[..] {
        [] => (preset.clause.to_owned(), preset.about.to_owned()),
        changed => (format!("{}, but {}", preset.id, values(changed)), format!("the preset with {}", values(changed))),
    };
    let plan = Plan::new(&stack, "project");
    let services: Vec<&str> = plan.parts.servers.iter().map(|service| service.name).collect();
    let services = if services.is_empty() { "no service".to_owned() } else { services.join(", ") };
    let files = plan.render().map(|tree| tree.len()).unwrap_or_default();
    let mut facts = vec![
        Fact::new("brings", brings),
        Fact::new("stack", values(&stack.values().collect::<Vec<_>>())),
        Fact::new(
            "costs",
            format!("{files} files, {} direct dependencies; {services}", plan.parts.manifest.normal().count()),
        ),
        Fact::new("pick it", preset.pick),
    ];
    let mut reasons: Vec<&str> = moved.iter().map(|&Moved { because, .. }| because).collect();
    reasons.dedup();
    facts.extend(reasons.into_iter().map(|because| Fact::new("note", because)));
    Item { word: preset.id.to_owned(), clause, facts }
}

fn choice_question(conversation: &Conversation<'_>, choice: Choice, frame: Question) -> Question {
    let Offered { possible, refused } = conversation.offered(choice);
    let place = match (conversation.is_editing(), conversation.progress(choice)) {
        (true, _) => "change".to_owned(),
        (false, (number, total)) => format!("{number}/{total}"),
    };
    let held = beside(conversation, choice);
    Question {
        place,
        settled: settled(conversation, Some(choice)),
        implied: if conversation.is_editing() { Vec::new() } else { implied(conversation, choice) },
        title: choice.question().to_owned(),
        start: conversation.start(choice, &possible),
        items: possible.into_iter().map(|value| value_item(value, &held)).collect(),
        refused: folded(&refused),
        ..frame
    }
}

/// The answers beside which a value is described: open choices count as `none`.
fn beside(conversation: &Conversation<'_>, choice: Choice) -> Answers {
    let mut answers = conversation.answers();
    answers.clear(choice);
    let left_out = Choice::ALL.iter().filter_map(|choice| choice.parse("none")).map(|none| (none, Origin::Preset));
    // An offered value is possible beside the flags; answers from the wizard may still be replaced.
    let soft = answers.asked().into_iter().map(|value| (value, Origin::Preset));
    soft.collect::<Answers>().or(&left_out.filter(|(none, _)| none.choice() != choice).collect())
}

fn value_item(value: Value, held: &Answers) -> Item {
    let Offer { clause, cost, why, pick, .. } = value.offer();
    let addition = Addition::to(value, held);
    let mut facts = vec![Fact::new("brings", why), Fact::new("costs", cost)];
    if !addition.is_empty() {
        facts.push(Fact::new("adds", addition.to_string().trim_start_matches("adds ").to_owned()));
    }
    facts.push(Fact::new("pick it", pick));
    Item { word: value.id().to_owned(), clause: clause.to_owned(), facts }
}

fn edit_question(conversation: &Conversation<'_>, frame: Question) -> Question {
    let resolved = Stack::resolve(&conversation.answers());
    let item = |step: Step| match (step, &resolved) {
        (Step::Choice(choice), Ok(Resolution { stack, .. })) => Item {
            word: choice.id().to_owned(),
            clause: stack.get(choice).id().to_owned(),
            facts: vec![Fact::new("asks", choice.question())],
        },
        _ => Item {
            word: "name".to_owned(),
            clause: frame.subject.clone(),
            facts: vec![Fact::new("asks", super::naming::TITLE)],
        },
    };
    let items = editable(conversation).into_iter().map(item).collect();
    Question {
        place: "change".to_owned(),
        title: "Which answer do you want to change?".to_owned(),
        items,
        can_go_back: true,
        ..frame
    }
}

fn settled(conversation: &Conversation<'_>, except: Option<Choice>) -> Vec<String> {
    conversation.settled(except).into_iter().map(spoken).collect()
}

fn implied(conversation: &Conversation<'_>, current: Choice) -> Vec<String> {
    // Only consequences of earlier answers are shown, not those for later questions.
    let earlier =
        |choice: Choice| Choice::ALL.iter().take_while(|&&other| other != current).any(|&other| other == choice);
    let implied = conversation.implied(Some(current)).into_iter().filter(|(value, _)| earlier(value.choice()));
    implied.map(|(value, because)| format!("{}: {because}", spoken(value))).collect()
}

/// The refused values, grouped by reason.
fn folded(refused: &[(Value, &'static str)]) -> Vec<Refused> {
    let mut reasons: Vec<&'static str> = refused.iter().map(|&(_, because)| because).collect();
    reasons.dedup();
    let fold = |because: &'static str| {
        let words = refused.iter().filter(|(_, other)| *other == because).map(|(value, _)| value.id());
        Refused { words: words.collect(), because }
    };
    reasons.into_iter().map(fold).collect()
}

/// `database postgres`
fn spoken(value: Value) -> String {
    format!("{} {}", value.choice().id(), value.id())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::Input;
    use crate::prompt::terminal::Size;
    use crate::prompt::text::Line;

    /// Every question of the conversation in which each answer is the last of its list.
    fn questions(input: &Input) -> Vec<Question> {
        let mut conversation = Conversation::new(input, false);
        let mut questions = vec![question(&conversation, Some("shop-api"))];
        conversation.start_from(PRESETS.len());
        while let Step::Choice(choice) = conversation.step {
            questions.push(question(&conversation, Some("shop-api")));
            let possible = conversation.offered(choice).possible;
            conversation.take(*possible.last().expect("a choice that is asked has values"));
        }
        conversation.edit();
        questions.push(question(&conversation, Some("shop-api")));
        questions
    }

    fn texts(question: &Question, cursor: usize, columns: usize, rows: usize) -> Vec<String> {
        question.lines(cursor, Size { columns, rows }).iter().map(Line::text).collect()
    }

    #[test]
    fn every_question_fits_eighty_columns_and_twenty_four_rows_with_nothing_left_out() {
        for question in questions(&Input::default()) {
            for (cursor, item) in question.items.iter().enumerate() {
                let lines = texts(&question, cursor, 80, 24);
                assert!(lines.len() <= 24 && lines.iter().all(|line| !line.contains('…')), "{lines:#?}");
                let is_told = |fact: &Fact| lines.iter().any(|line| line.trim_start().starts_with(fact.label));
                assert!(item.facts.iter().all(is_told), "{lines:#?}");
                assert!(lines.contains(&question.title), "{lines:#?}");
            }
        }
    }

    #[test]
    fn every_screen_size_works() {
        for question in questions(&Input::default()) {
            for (columns, rows) in [(1, 1), (2, 2), (7, 3), (20, 5), (39, 9), (40, 20), (200, 2), (80, 12)] {
                for cursor in 0..question.items.len() {
                    let lines = question.lines(cursor, Size { columns, rows });
                    assert!(lines.len() <= rows, "{columns}x{rows}: {lines:#?}");
                    let has_cursor = lines.iter().any(|line| line.text().starts_with('❯'));
                    assert!(has_cursor || columns < 2, "{columns}x{rows}: {lines:#?}");
                }
            }
        }
    }

    #[test]
    fn a_preset_is_described_beside_the_given_answers() {
        for word in ["none", "postgres"] {
            let database = Choice::Database.parse(word).expect("a database");
            let input = Input::gather(&[database], &[], None, None).expect("every word is known");
            let presets = &questions(&input)[0];
            assert_eq!(presets.settled, [spoken(database)]);
            for item in &presets.items {
                let told: String =
                    item.facts.iter().map(|fact| fact.text.as_str()).chain([item.clause.as_str()]).collect();
                assert!(!told.to_lowercase().contains("sqlite"), "{told}");
            }
        }
    }

    #[test]
    fn a_value_counts_only_what_the_others_do_not_add() {
        let input = Input::default();
        let mut conversation = Conversation::new(&input, false);
        conversation.start_from(PRESETS.len());
        conversation.take(Choice::Database.parse("sqlite").expect("a database"));
        conversation.take(Choice::Cache.parse("redis").expect("a cache"));
        let limiter = question(&conversation, None);
        let redis = limiter.items.iter().find(|item| item.word == "redis").expect("it is offered");
        let told: String = redis.facts.iter().map(|fact| fact.text.as_str()).collect();
        assert!(!told.contains("the service redis"), "the cache has brought it already: {told}");
    }
}
