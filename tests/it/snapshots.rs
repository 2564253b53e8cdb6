//! Snapshots for review: the files of each preset, and the changes of each value. `xtask/digests.txt` holds the exact bytes.

use std::fmt::Write as _;

use camino::Utf8PathBuf;
use restwell::choice::{Choice, Value};
use restwell::plan::Plan;
use restwell::preset::PRESETS;
use restwell::stack::{Answers, Origin, Stack};
use restwell::tree::Tree;
use similar::{ChangeTag, TextDiff};

fn render(answers: &Answers) -> (Stack, Tree) {
    let stack = Stack::resolve(answers).expect("valid").stack;
    (stack, Plan::new(&stack, "shop-api").render().expect("renders"))
}

#[test]
fn the_files_of_each_preset() {
    for preset in PRESETS {
        let (_, tree) = render(&preset.answers());
        let mut listing = String::new();
        for (path, file) in tree.files() {
            let lines = String::from_utf8_lossy(&file.bytes).lines().count();
            writeln!(listing, "{path}  {lines} lines  {}", file.from).expect("a String takes every write");
        }
        insta::assert_snapshot!(format!("preset-{}", preset.id), listing);
    }
}

#[test]
fn what_each_value_changes_in_the_standard_project() {
    let (standard, before) = render(&Answers::default());
    for &choice in Choice::ALL {
        for &value in choice.values().iter().filter(|&&value| standard.get(choice) != value) {
            let answers: Answers = [(value, Origin::Flag)].into_iter().collect();
            let (stack, after) = render(&answers);
            let moved: Vec<String> = stack
                .values()
                .filter(|&taken| taken != value && standard.get(taken.choice()) != taken)
                .map(|value: Value| value.to_string())
                .collect();
            let mut report = format!("standard → standard + {value}\n");
            if !moved.is_empty() {
                writeln!(report, "and with it {}", moved.join(", ")).expect("a String takes every write");
            }
            report.push_str(&differences(&before, &after));
            insta::assert_snapshot!(format!("value-{}-{}", choice.id(), value.id()), report);
        }
    }
}

fn differences(before: &Tree, after: &Tree) -> String {
    let paths: std::collections::BTreeSet<Utf8PathBuf> =
        before.files().chain(after.files()).map(|(path, _)| path.to_owned()).collect();
    let (mut summary, mut details) = (String::new(), String::new());
    for path in paths {
        let text = |tree: &Tree| tree.get(&path).map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
        let line = match (text(before), text(after)) {
            (Some(old), Some(new)) if old != new => {
                let diff = TextDiff::from_lines(&old, &new);
                let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
                // Computed files are summarised, since their lines are of no use in a review.
                if path != "Cargo.lock" && path != "openapi.json" {
                    write!(details, "\n{}", diff.unified_diff().context_radius(1).header(path.as_str(), path.as_str()))
                        .expect("a String takes every write");
                }
                format!("+{} −{}", count(ChangeTag::Insert), count(ChangeTag::Delete))
            }
            (Some(old), None) => format!("gone, {} lines", old.lines().count()),
            (None, Some(new)) => format!("new, {} lines", new.lines().count()),
            (Some(_), Some(_)) | (None, None) => continue,
        };
        writeln!(summary, "  {path}  {line}").expect("a String takes every write");
    }
    summary + &details
}
