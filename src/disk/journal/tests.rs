//! A change is whole or absent, wherever the run ends.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

type Files = BTreeMap<Utf8PathBuf, (Vec<u8>, u32)>;

/// Five files: one changes, one becomes executable, one is private and removed with its directory, one is new in a new
/// directory, one stays.
fn project() -> (tempfile::TempDir, Root, Change) {
    let directory = tempfile::tempdir().expect("a directory");
    let root = Root::at(directory.path().to_owned());
    for (path, text, mode) in
        [("a", "1\n", 0o640), ("b.sh", "2\n", 0o644), ("c/d", "3\n", 0o600), ("stays", "4\n", 0o644)]
    {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
    }
    let file = |text: &str, executable| Some(File { bytes: text.into(), executable });
    let sides = |old, new| Sides { old, new, mode: None };
    let files = [
        ("a".into(), sides(file("1\n", false), file("one\n", false))),
        ("b.sh".into(), sides(file("2\n", false), file("2\n", true))),
        ("c/d".into(), sides(file("3\n", false), None)),
        ("e/f/g".into(), sides(None, file("5\n", true))),
    ];
    (directory, root, Change { title: "set x=y".into(), kind: ChangeKind::Change, files: files.into() })
}

fn files(root: &Root) -> Files {
    let mut found = Files::new();
    for path in root.files().expect("readable").into_keys() {
        let place = root.place.join(&path);
        let mode = fs::metadata(&place).expect("there").permissions().mode() & 0o777;
        found.insert(path, (fs::read(place).expect("readable"), mode));
    }
    found
}

/// The change that takes another back.
fn inverse(made: &Made) -> Change {
    let back = |(path, sides): (&Utf8PathBuf, &Sides)| {
        (path.clone(), Sides { old: sides.new.clone(), new: sides.old.clone(), mode: sides.mode })
    };
    Change { kind: ChangeKind::Undo, files: made.change.files.iter().map(back).collect(), ..Change::default() }
}

/// Runs `work` until it has made `steps` steps; whether it came to its end.
fn killed_after(steps: u32, work: impl FnOnce()) -> bool {
    LEFT.set(Some(steps));
    let ended = catch_unwind(AssertUnwindSafe(work)).is_ok();
    LEFT.set(None);
    ended
}

#[test]
fn a_change_is_made_whole_and_taken_back_with_modes() {
    let (_directory, root, change) = project();
    let before = files(&root);
    root.take_turn().expect("free").make(&change).expect("made");
    let after = files(&root);
    let told = |path: &str| after.get(Utf8Path::new(path)).map(|(bytes, mode)| (bytes.as_slice(), *mode));
    assert_eq!(told("a"), Some((b"one\n".as_slice(), 0o640)), "the permissions of the user stay");
    assert_eq!(told("b.sh"), Some((b"2\n".as_slice(), 0o755)));
    assert_eq!(told("c/d"), None);
    assert!(!root.place.join("c").exists(), "an empty directory goes with its file");
    assert_eq!(told("e/f/g").map(|(bytes, mode)| (bytes, mode & 0o111)), Some((b"5\n".as_slice(), 0o111)));
    let history = root.history().expect("readable");
    root.take_turn().expect("free").make(&inverse(&history[0])).expect("made");
    assert_eq!(files(&root), before);
    let history = root.history().expect("readable");
    root.take_turn().expect("free").make(&inverse(&history[1])).expect("made");
    assert_eq!(files(&root), after);
}

#[test]
fn a_run_that_is_killed_at_any_step_leaves_the_project_before_or_after() {
    let (_directory, root, change) = project();
    let before = files(&root);
    root.take_turn().expect("free").make(&change).expect("made");
    let after = files(&root);
    let mut outcomes = [0, 0];
    for steps in 0.. {
        let (_directory, root, change) = project();
        let ended = killed_after(steps, || drop(root.take_turn().expect("free").make(&change)));
        // Recovery itself is killed at every step, too, until it comes to its end.
        for steps in 0.. {
            if killed_after(steps, || drop(root.take_turn().expect("free"))) {
                break;
            }
        }
        let found = files(&root);
        assert!(found == before || found == after, "killed after {steps} steps: {found:?}");
        outcomes[usize::from(found == after)] += 1;
        assert_eq!(root.history().expect("readable").len(), usize::from(found == after));
        assert_eq!(root.interrupted(), None);
        if ended {
            break;
        }
    }
    assert!(outcomes[0] > 5 && outcomes[1] > 5, "{outcomes:?}");
}

#[test]
fn a_file_that_was_edited_after_a_kill_is_not_replaced() {
    for steps in 0.. {
        let (_directory, root, change) = project();
        if killed_after(steps, || drop(root.take_turn().expect("free").make(&change))) {
            break;
        }
        fs::write(root.place.join("a"), "mine\n").expect("written");
        match root.take_turn() {
            // It was not committed, or it was done.
            Ok(_) => {}
            Err(Error::Moved { paths, is_half }) => assert_eq!((paths, is_half), (vec!["a".to_owned()], true)),
            Err(error) => panic!("{error:?}"),
        }
        assert_eq!(fs::read(root.place.join("a")).expect("there"), b"mine\n");
    }
}

#[test]
fn an_error_after_the_commit_point_says_that_the_change_is_written_in_part() {
    let (_directory, root, mut change) = project();
    let new = Some(File { bytes: b"6\n".into(), executable: false });
    // Its directory is a file, which is seen only when the directory is made.
    change.files.insert("stays/h".into(), Sides { old: None, new, mode: None });
    let is_part = |error: &Error| matches!(error, Error::Io { done: Done::Part(1), .. });
    assert!(root.take_turn().expect("free").make(&change).is_err_and(|error| is_part(&error)));
    assert!(root.take_turn().is_err_and(|error| is_part(&error)));
    fs::remove_file(root.place.join("stays")).expect("removed");
    root.take_turn().expect("the change is finished");
    assert_eq!(fs::read(root.place.join("stays/h")).expect("there"), b"6\n");
}

#[test]
fn a_change_that_was_decided_for_other_files_is_not_made() {
    let (_directory, root, change) = project();
    fs::write(root.place.join("c/d"), "mine\n").expect("written");
    let before = files(&root);
    let made = root.take_turn().expect("free").make(&change);
    assert!(matches!(made, Err(Error::Moved { is_half: false, .. })));
    assert_eq!(files(&root), before);
}

#[test]
fn two_runs_never_change_a_project_at_once() {
    let (_directory, root, _) = project();
    let turn = root.take_turn().expect("free");
    assert!(matches!(root.take_turn(), Err(Error::InUse)));
    drop(turn);
    root.take_turn().expect("free again");
}

#[test]
fn the_last_ten_changes_are_kept() {
    let (_directory, root, change) = project();
    root.take_turn().expect("free").make(&change).expect("made");
    for _ in 0..KEPT + 2 {
        let last = root.history().expect("readable").pop().expect("one");
        root.take_turn().expect("free").make(&inverse(&last)).expect("made");
    }
    let numbers: Vec<u32> = root.history().expect("readable").iter().map(|made| made.number).collect();
    assert_eq!(numbers, (4..=13).collect::<Vec<_>>());
}

#[test]
fn a_run_that_is_killed_while_it_forgets_a_change_leaves_a_history() {
    for steps in 0.. {
        let (_directory, root, change) = project();
        root.take_turn().expect("free").make(&change).expect("made");
        for _ in 1..KEPT {
            let last = root.history().expect("readable").pop().expect("one");
            root.take_turn().expect("free").make(&inverse(&last)).expect("made");
        }
        let last = root.history().expect("readable").pop().expect("one");
        let ended = killed_after(steps, || drop(root.take_turn().expect("free").make(&inverse(&last))));
        root.history().expect("readable after a kill");
        root.take_turn().expect("free");
        // One more if the run ended before it forgot the oldest.
        let (history, numbers) = (root.history().expect("readable").len(), root.numbers().len());
        assert!((KEPT..=KEPT + 1).contains(&history), "killed after {steps} steps: {history}");
        assert_eq!(numbers, history, "killed after {steps} steps");
        if ended {
            break;
        }
    }
}
