//! The laws, over stacks that cover every pair of values × every switch of one choice. The kinds of edit take turns.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};
use restwell::choice::{Choice, Combination, Value};
use restwell::merge::{File, Files, Merge, Side, Step};
use restwell::preset::PRESETS;
use restwell::stack::Stack;
use restwell::variants;

use super::edits::{EDITS, anchors, edited, edited_by_all};
use super::team::Anchors;
use super::{parses, rendered, set, set_without};

/// The pairwise set, which covers what Rust depends on, and the presets, which have the files of deployment and CI.
fn stacks() -> impl Iterator<Item = Stack> {
    let presets = PRESETS.iter().map(|preset| Stack::resolve(&preset.answers()).expect("a preset is valid").stack);
    variants::pairwise().into_iter().chain(presets)
}

/// Every one of these stacks with every stack that differs in one choice.
fn switches() -> Vec<(Stack, Stack)> {
    let all: BTreeMap<Combination, Stack> = Stack::all().into_iter().map(|stack| (*stack, stack)).collect();
    let one_choice = |stack: Stack| {
        let values = Value::all();
        let switched =
            values.filter(move |value| stack.get(value.choice()) != *value).map(move |value| stack.with(value));
        switched.filter_map(|combination| all.get(&combination).copied()).collect::<Vec<_>>()
    };
    stacks().flat_map(|stack| one_choice(stack).into_iter().map(move |new| (stack, new))).collect()
}

/// Runs the check for each switch, and its number, on all cores.
fn for_each_switch(check: impl Fn(usize, &Stack, &Stack) + Sync) {
    let open = Mutex::new(switches().into_iter().enumerate());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((number, (old, new))) =
                    { open.lock().expect("no thread panics while it holds it").next() }
                {
                    check(number, &old, &new);
                }
            });
        }
    });
}

fn name(old: &Stack, new: &Stack) -> String {
    let value = Choice::ALL.iter().map(|choice| new.get(*choice)).find(|value| old.get(value.choice()) != *value);
    format!("{} → {}", variants::id(old), value.map(|value| value.to_string()).unwrap_or_default())
}

/// The files but for migrations, which are append-only.
fn comparable(files: &Files) -> Files {
    files
        .iter()
        .filter(|(path, _)| !path.starts_with("migrations"))
        .map(|(path, file)| (path.clone(), file.clone()))
        .collect()
}

/// The paths at which two projects differ.
fn differing(one: &Files, other: &Files) -> Vec<Utf8PathBuf> {
    let (one, other) = (comparable(one), comparable(other));
    let paths: BTreeSet<&Utf8PathBuf> = one.keys().chain(other.keys()).collect();
    paths.into_iter().filter(|path| one.get(*path) != other.get(*path)).cloned().collect()
}

/// An edit whose text no project has any more would test nothing.
#[test]
fn each_edit_finds_its_text() {
    let mut found = Anchors::new();
    for stack in stacks() {
        for (anchor, is_there) in anchors(rendered(&stack)) {
            *found.entry(anchor).or_default() |= is_there;
        }
    }
    found.retain(|_, is_there| !*is_there);
    assert_eq!(found, Anchors::new());
}

#[test]
fn without_edits_the_result_is_the_fresh_render() {
    for_each_switch(|_, old, new| {
        let merge = set(old, rendered(old), new);
        let result = merge.apply(rendered(old), |_| Step::Keep);
        assert_eq!(merge.conflicts().count(), 0, "{}", name(old, new));
        assert_eq!(differing(&result, rendered(new)), [""; 0], "{}", name(old, new));
    });
}

#[test]
fn each_line_of_the_user_is_kept_and_nothing_breaks() {
    let tally: Mutex<BTreeMap<(String, &str), usize>> = Mutex::default();
    let broken: Mutex<Vec<String>> = Mutex::default();
    for_each_switch(|number, old, new| {
        for (kind, edit) in [EDITS[number % EDITS.len()], EDITS[(number / 2 + 6) % EDITS.len()]] {
            let yours = edited(rendered(old), edit);
            let merge = set(old, &yours, new);
            let at = format!("{kind}: {}", name(old, new));
            for path in merge.conflicts().map(|(path, _)| path.to_string()) {
                *tally.lock().expect("no thread panics while it holds it").entry((path, kind)).or_default() += 1;
            }
            let mut found = unparsed(&merge, &yours);
            found.extend(lost_lines(&merge, [rendered(old), &yours, rendered(new)]));
            found.extend(again_and_back(&merge, [old, new], &yours));
            let found = found.into_iter().map(|problem| format!("{at}: {problem}"));
            broken.lock().expect("no thread panics while it holds it").extend(found);
        }
    });
    let broken = broken.into_inner().expect("no thread panics while it holds it");
    assert!(
        broken.is_empty(),
        "{} laws are broken, the first:\n{}",
        broken.len(),
        broken[..broken.len().min(40)].join("\n")
    );
    let tally = tally.into_inner().expect("no thread panics while it holds it");
    let mut text = format!("switches {}, files in conflict {}\n", switches().len(), tally.values().sum::<usize>());
    for ((path, kind), count) in tally {
        writeln!(text, "{count:4} {kind}: {path}").expect("a String takes every write");
    }
    insta::assert_snapshot!(text);
}

/// The merged files that do not parse, although the user's do.
fn unparsed(merge: &Merge, yours: &Files) -> Vec<String> {
    let text = |file: &File| String::from_utf8(file.bytes.clone()).expect("merged files are text");
    let mut found = Vec::new();
    for (path, step) in &merge.steps {
        let Step::Merged(file) = step else { continue };
        let own = yours.get(path).is_none_or(|file| parses(path, &text(file)));
        if own && !parses(path, &text(file)) {
            found.push(format!("{path} does not parse:\n{}", text(file)));
        }
    }
    found
}

/// How often each line is in a text.
fn lines(text: &[u8]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for line in String::from_utf8_lossy(text).lines() {
        *found.entry(line.trim_end_matches(',').trim().to_owned()).or_default() += 1;
    }
    found
}

/// The lines that the user added and that are not in the result, and those that they removed and that came back.
fn lost_lines(merge: &Merge, [base, yours, new]: [&Files; 3]) -> Vec<String> {
    let origin: BTreeMap<&Utf8Path, &Utf8Path> =
        merge.moved.iter().map(|(from, to)| (to.as_path(), from.as_path())).collect();
    let mut found = Vec::new();
    for (path, step) in &merge.steps {
        let Some(file) = step.file() else { continue };
        let Some(own) = yours.get(path).filter(|_| path != "Cargo.lock") else { continue };
        let rendered = origin.get(path.as_path()).copied().unwrap_or(path);
        let of = |files: &Files| files.get(rendered).map(|file| lines(&file.bytes)).unwrap_or_default();
        let (before, after, now, result) = (of(base), of(new), lines(&own.bytes), lines(&file.bytes));
        let count = |lines: &BTreeMap<String, usize>, line: &str| lines.get(line).copied().unwrap_or(0);
        for line in now.keys().filter(|line| is_prose_or_code(line)) {
            let added = count(&now, line) > count(&before, line);
            // A line of the project that the edit `rename` changed is not needed once the project does not have it.
            let original = line.replace("::catalog", "::products");
            let is_dropped = original != *line && count(&before, &original) > 0 && count(&after, &original) == 0;
            if added && !is_dropped && count(&result, line) == 0 && !holds_words(&result, line) {
                found.push(format!("{path} lost {line:?}"));
            }
        }
        for line in before.keys().filter(|line| is_prose_or_code(line) && line.len() > 7) {
            let removed = count(&now, line) < count(&before, line);
            if removed && count(&result, line) > count(&now, line) && count(&after, line) <= count(&before, line) {
                found.push(format!("{path} has {line:?} back"));
            }
        }
    }
    found
}

fn is_prose_or_code(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
}

/// Whether a line that was merged as a set has every word of this one.
fn holds_words(result: &BTreeMap<String, usize>, line: &str) -> bool {
    let words = |line: &str| -> BTreeSet<String> {
        line.split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let wanted = words(line);
    let head = line.split_once(['=', '{']).map_or("", |(head, _)| head.trim());
    !head.is_empty()
        && result
            .keys()
            .any(|other| other.starts_with(head) && (words(other).is_superset(&wanted) || head.starts_with("use")))
}

/// Merging again changes nothing; setting the value back gives the edited project back.
fn again_and_back(merge: &Merge, [old, new]: [&Stack; 2], yours: &Files) -> Vec<String> {
    if merge.conflicts().next().is_some() {
        return Vec::new();
    }
    let result = merge.apply(yours, |_| Step::Keep);
    let stays_away = |(path, step): (&Utf8PathBuf, &Step)| matches!(step, Step::StaysAway { .. }).then(|| path.clone());
    let gone: BTreeSet<Utf8PathBuf> = merge.steps.iter().filter_map(stays_away).collect();
    let again = set_without(gone.clone(), new, &result, new).apply(&result, |conflict| conflict.resolve(Side::Yours));
    let mut found: Vec<String> =
        differing(&again, &result).iter().map(|path| format!("{path} changes when merged again")).collect();
    let back = set_without(gone, new, &result, old);
    if back.conflicts().next().is_none() {
        let restored = back.apply(&result, |_| Step::Keep);
        let texts = [&restored, yours, rendered(old)];
        let changed = differing(&restored, yours).into_iter().filter(|path| !differ_by_order(path, texts));
        found.extend(changed.map(|path| format!("{path} is not given back")));
    }
    found
}

/// Whether two texts differ at most by the order of two blocks that follow each other, one of them the user's. Where a
/// line of the user and one of a value stand beside each other, nothing says in which order they were once the line of
/// the value is gone.
fn differ_by_order(path: &Utf8Path, texts: [&Files; 3]) -> bool {
    let [Some(one), Some(other), Some(rendered)] = texts.map(|files| files.get(path)) else { return false };
    let [one, other, rendered] = [one, other, rendered].map(|file| String::from_utf8_lossy(&file.bytes));
    let (mut one, mut other): (Vec<&str>, Vec<&str>) = (one.lines().collect(), other.lines().collect());
    for _ in 0..2 {
        let same = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
        for lines in [&mut one, &mut other] {
            lines.drain(..same);
            lines.reverse();
        }
    }
    let rendered: BTreeSet<&str> = rendered.lines().filter(|line| !line.is_empty()).collect();
    let is_of_the_user = |block: &[&str]| block.iter().all(|line| !rendered.contains(line));
    (0..one.len())
        .map(|middle| one.split_at(middle))
        .any(|(first, second)| [second, first].concat() == other && (is_of_the_user(first) || is_of_the_user(second)))
}

#[test]
fn all_edits_together_are_merged() {
    let tally: Mutex<BTreeMap<String, usize>> = Mutex::default();
    for_each_switch(|number, old, new| {
        if number % 4 > 0 {
            return;
        }
        let yours = edited_by_all(rendered(old));
        let merge = set(old, &yours, new);
        assert_eq!(unparsed(&merge, &yours), [""; 0], "{}", name(old, new));
        for (path, _) in merge.conflicts() {
            *tally.lock().expect("no thread panics while it holds it").entry(path.to_string()).or_default() += 1;
        }
    });
    insta::assert_debug_snapshot!(tally.into_inner().expect("no thread panics while it holds it"));
}
