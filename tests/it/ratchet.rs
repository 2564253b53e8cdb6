//! The cost of a choice in files of other features. The counts are ceilings that may only fall: lower them with the
//! change that lowers the count; a change that needs a higher one belongs in a slot, a derived list or a separate file.

use std::collections::BTreeMap;

use restwell::choice::Value;
use restwell::plan::Plan;
use restwell::stack::{Answers, Origin, Stack};
use restwell::template;
use restwell::tree::Tree;

/// Conditions in templates, outside the folders of a cross of two features (`a+b`), and the files that have one.
const CONDITIONS: (usize, usize) = (22, 7);

/// The maximum number of files that one value changes in place, besides those below.
const CHANGED_IN_PLACE: usize = 8;

/// Files whose purpose is to list facts of every choice.
const LISTS_OF_FACTS: [&str; 11] = [
    ".env.example",
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "docs/limits.md",
    "docs/settings.md",
    "openapi.json",
    "ops/CAPACITY.md",
    "ops/dashboards/service.json",
    "restwell.toml",
    "tests/alerts.json",
];

#[test]
fn conditions_in_templates_only_fall() {
    let mut found = BTreeMap::new();
    for folder in template::folders().into_iter().filter(|folder| !folder.contains('+')) {
        for (path, source) in template::folder(folder) {
            let count = conditions(source);
            if count > 0 {
                found.insert(format!("{folder}/{path}"), count);
            }
        }
    }
    let (conditions, files) = (found.values().sum::<usize>(), found.len());
    assert!(
        conditions <= CONDITIONS.0 && files <= CONDITIONS.1,
        "{conditions} conditions in {files} templates, at most {CONDITIONS:?}: {found:#?}"
    );
}

/// The number of line statements and inline expressions that are conditions. A loop over facts is not a condition.
fn conditions(source: &str) -> usize {
    let statements = source.lines().filter(|line| {
        let line = line.trim_start();
        line.starts_with("//~") || line.starts_with("#~")
    });
    let statements = statements.filter(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words.get(1), Some(&("if" | "elif")))
    });
    let inline = source.split("<%").skip(1).filter(|rest| {
        let expression = rest.split("%>").next().unwrap_or_default();
        expression.split_whitespace().any(|word| word == "if")
    });
    statements.count() + inline.count()
}

/// Otherwise the line before it changes with the option, and next to it is where people add their own.
#[test]
fn an_optional_line_is_never_the_last_of_its_list() {
    let mut found = Vec::new();
    for folder in template::folders() {
        for (path, source) in template::folder(folder) {
            let lines: Vec<&str> = source.lines().collect();
            let last = (0..lines.len()).filter(|&place| is_last_slot(&lines, place));
            found.extend(last.map(|place| format!("{folder}/{path}:{}", place + 1)));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    let list = |lines: [&str; 4]| (0..4).any(|place| is_last_slot(&lines, place));
    assert!(list(["pub struct App {", "    one: u8,", "    //= fields", "}"]));
    assert!(!list(["pub struct App {", "    //= fields", "    one: u8,", "}"]));
    assert!(!list(["fn main() {", "    one();", "    //= calls", "}"]), "statements are no list");
}

/// Whether this line is a slot, after which only the end of a list of fields, values or arguments follows.
fn is_last_slot(lines: &[&str], place: usize) -> bool {
    let is_comment = |line: &&&str| line.trim_start().starts_with(['/', '#']) || line.trim().is_empty();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let line = lines[place];
    let is_slot = line.trim_start().starts_with("//= ") && indent(line) > 0;
    let next = lines[place..].iter().find(|line| !is_comment(line));
    let opening = lines[..place].iter().rfind(|before| !is_comment(before) && indent(before) < indent(line));
    let is_list = |opening: &&str| {
        let opening = opening.trim_end();
        opening.ends_with(['(', '[']) || opening.ends_with("Self {") || opening.contains("struct ")
    };
    is_slot && opening.is_some_and(is_list) && next.is_some_and(|next| next.trim_start().starts_with(['}', ']', ')']))
}

#[test]
fn files_that_a_value_changes_in_place_only_fall() {
    let standard = Stack::resolve(&Answers::default()).expect("valid").stack;
    let values = Value::all();
    let mut changed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for value in values.filter(|value: &Value| standard.get(value.choice()) != *value) {
        let answers: Answers = [(value, Origin::Flag)].into_iter().collect();
        let stack = Stack::resolve(&answers).expect("one value beside the defaults is valid").stack;
        // Values that it moves are not its own changes, and are counted for themselves.
        let replaced = standard.get(value.choice());
        let beside: Answers = stack
            .values()
            .map(|other| if other == value { replaced } else { other })
            .map(|value| (value, Origin::Flag))
            .collect();
        let before = Stack::resolve(&beside).expect("the default is valid beside them").stack;
        let before = Plan::new(&before, "shop-api").sources().expect("renders");
        let after = Plan::new(&stack, "shop-api").sources().expect("renders");
        changed.insert(value.to_string(), changed_in_place(&before, &after));
    }
    let most = changed.values().map(Vec::len).max().unwrap_or_default();
    assert!(most <= CHANGED_IN_PLACE, "a value changes {most} files in place: {changed:#?}");
}

/// The paths that both trees have with different content. A file that each of two values brings belongs to the value.
fn changed_in_place(before: &Tree, after: &Tree) -> Vec<String> {
    let differs = |path: &&camino::Utf8Path| {
        let (old, new) = (before.get(*path), after.get(*path));
        old.zip(new).is_some_and(|(old, new)| old.from == new.from && old.bytes != new.bytes)
    };
    let paths = before.files().map(|(path, _)| path).filter(differs);
    paths.filter(|path| !LISTS_OF_FACTS.contains(&path.as_str())).map(ToString::to_string).collect()
}
