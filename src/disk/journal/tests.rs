//! A change is whole or absent, wherever the run ends.

mod waiting;

use super::*;
use crate::error::Obstacle;

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

/// The change that takes another back, or makes it again.
fn inverse(made: &Made) -> Change {
    let back = |(path, sides): (&Utf8PathBuf, &Sides)| {
        (path.clone(), Sides { old: sides.new.clone(), new: sides.old.clone(), mode: sides.mode })
    };
    let kind = match made.change.kind {
        ChangeKind::Undo(_) => ChangeKind::Redo(made.number),
        ChangeKind::Change | ChangeKind::Redo(_) => ChangeKind::Undo(vec![made.number]),
    };
    Change { kind, files: made.change.files.iter().map(back).collect(), ..Change::default() }
}

fn make(root: &Root, change: &Change) {
    root.take_turn().expect("free").make(change).expect("made");
}

/// Takes the last change back; false if there is none.
fn undo(root: &Root) -> bool {
    let last = root.history().expect("readable").made.pop();
    last.map(|last| make(root, &inverse(&last))).is_some()
}

/// Makes the last undo again; false if there is none.
fn redo(root: &Root) -> bool {
    let last = root.history().expect("readable").undone.pop();
    last.map(|last| make(root, &inverse(&last))).is_some()
}

/// A change of the file `stays`.
fn edit(root: &Root, text: &str) {
    let Content::File(old) = root.read("stays".into()).expect("readable") else { panic!("it is a file") };
    let new = Some(File { bytes: text.into(), executable: false });
    let files = [("stays".into(), Sides { old: Some(old), new, mode: None })].into();
    make(root, &Change { title: format!("set to {text}"), files, ..Change::default() });
}

/// The number of changes and of undos.
fn history(root: &Root) -> (usize, usize) {
    let History { made, undone } = root.history().expect("readable");
    (made.len(), undone.len())
}

#[test]
fn a_change_is_made_whole_and_taken_back_with_modes() {
    let (_directory, root, change) = project();
    let before = files(&root);
    make(&root, &change);
    let after = files(&root);
    let told = |path: &str| after.get(Utf8Path::new(path)).map(|(bytes, mode)| (bytes.as_slice(), *mode));
    assert_eq!(told("a"), Some((b"one\n".as_slice(), 0o640)), "the permissions of the user stay");
    assert_eq!(told("b.sh"), Some((b"2\n".as_slice(), 0o755)));
    assert_eq!(told("c/d"), None);
    assert!(!root.place.join("c").exists(), "an empty directory goes with its file");
    assert_eq!(told("e/f/g").map(|(bytes, mode)| (bytes, mode & 0o111)), Some((b"5\n".as_slice(), 0o111)));
    assert!(undo(&root));
    assert_eq!(files(&root), before);
    assert!(redo(&root));
    assert_eq!(files(&root), after);
}

#[test]
fn a_run_that_is_killed_at_any_step_leaves_the_project_before_or_after() {
    let (_directory, root, change) = project();
    let before = files(&root);
    make(&root, &change);
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
        assert_eq!(history(&root), (usize::from(found == after), 0));
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
    let is_part = |error: &Error| matches!(error, Error::Io { done: Done::Part(1), .. });
    let committed = (0..).find_map(|steps| {
        let (directory, root, change) = project();
        assert!(!killed_after(steps, || drop(root.take_turn().expect("free").make(&change))), "it has no such moment");
        root.interrupted().map(|_| (directory, root))
    });
    let (_directory, root) = committed.expect("a run that was killed at the commit point");
    // The copy of the next file has this name.
    fs::create_dir(root.place.join(".restwell/undo/1/put")).expect("made");
    assert!(root.take_turn().is_err_and(|error| is_part(&error)));
    fs::remove_dir(root.place.join(".restwell/undo/1/put")).expect("removed");
    root.take_turn().expect("the change is finished");
    assert_eq!(fs::read(root.place.join("e/f/g")).expect("there"), b"5\n");
}

#[test]
fn what_is_in_the_way_of_a_file_is_named_before_anything_is_written() {
    type Prepare = fn(&Path) -> io::Result<()>;
    let cases: [(&str, Prepare, &str, Obstacle); 5] = [
        ("stays/h", |_| Ok(()), "stays", Obstacle::File),
        ("stays/h/i", |_| Ok(()), "stays", Obstacle::File),
        ("new", |at| fs::create_dir(at.join("new")), "new", Obstacle::Directory),
        ("new", |at| std::os::unix::fs::symlink("a", at.join("new")), "new", Obstacle::Link),
        ("new/b/c", |at| std::os::unix::fs::symlink("c", at.join("new")), "new", Obstacle::Link),
    ];
    for (path, prepare, obstacle, expected) in cases {
        let (_directory, root, mut change) = project();
        let new = Some(File { bytes: b"6\n".into(), executable: false });
        change.files.insert(path.into(), Sides { old: None, new, mode: None });
        prepare(&root.place).expect("prepared");
        let before = files(&root);
        match root.take_turn().expect("free").make(&change) {
            Err(Error::InTheWay { path, what }) => assert_eq!((path.as_str(), what), (obstacle, expected)),
            other => panic!("{path}: {other:?}"),
        }
        assert_eq!(files(&root), before, "{path}");
        assert!(root.numbers().is_empty(), "{path}: nothing is left for the next command");
    }
}

#[test]
fn a_pipe_is_no_file() {
    let (directory, root, _) = project();
    rustix::fs::mkfifoat(rustix::fs::CWD, directory.path().join("pipe"), rustix::fs::Mode::RUSR).expect("made");
    let what = root.read("pipe".into()).expect("read");
    assert_eq!(what, Content::Other { at: "pipe".into(), what: Obstacle::Special });
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
fn the_last_ten_changes_can_be_taken_back_and_made_again() {
    let (_directory, root, _) = project();
    let mut states = vec![files(&root)];
    for text in 1..=12 {
        edit(&root, &text.to_string());
        states.push(files(&root));
    }
    let numbers: Vec<u32> = root.history().expect("readable").made.iter().map(|made| made.number).collect();
    assert_eq!(numbers, (3..=12).collect::<Vec<_>>());
    for round in 0..3 {
        for undone in 1..=KEPT {
            assert!(undo(&root), "round {round}: {undone}");
            assert_eq!(files(&root), states[12 - undone]);
            assert_eq!(history(&root), (KEPT - undone, undone));
        }
        assert!(!undo(&root));
        for redone in 1..=KEPT {
            assert!(redo(&root), "round {round}: {redone}");
            assert_eq!(files(&root), states[2 + redone]);
            assert!(root.numbers().len() <= 2 * KEPT, "{:?}", root.numbers());
        }
        assert!(!redo(&root));
        assert_eq!(root.numbers(), numbers, "what is not needed is removed");
    }
    assert!(undo(&root) && undo(&root));
    edit(&root, "other");
    assert_eq!(history(&root), (KEPT - 1, 0));
    assert_eq!(root.numbers().len(), KEPT - 1);
}

#[test]
fn a_run_that_is_killed_while_it_forgets_a_change_leaves_a_history() {
    let mut is_forgetting = false;
    for steps in 0.. {
        let (_directory, root, _) = project();
        (1..=KEPT).for_each(|text| edit(&root, &text.to_string()));
        assert!(undo(&root) && undo(&root) && redo(&root) && undo(&root));
        let before = history(&root);
        let entries = root.numbers().len();
        let ended = killed_after(steps, || edit(&root, "last"));
        root.history().expect("readable after a kill");
        root.take_turn().expect("free");
        let after = history(&root);
        assert!([(KEPT - 2, 2), (KEPT - 1, 0)].contains(&after), "killed after {steps} steps: {before:?} {after:?}");
        is_forgetting |= after == (KEPT - 1, 0) && (KEPT..=entries).contains(&root.numbers().len());
        if ended {
            assert_eq!(root.numbers().len(), KEPT - 1);
            break;
        }
    }
    assert!(is_forgetting, "no run was killed between two entries");
}

#[test]
fn a_run_that_is_killed_while_it_forgets_a_redo_leaves_what_was_made_again() {
    for steps in 0.. {
        let (_directory, root, _) = project();
        edit(&root, "1");
        edit(&root, "2");
        assert!(undo(&root));
        let undone = files(&root);
        let ended = killed_after(steps, || assert!(redo(&root)));
        root.take_turn().expect("free");
        let expected = if files(&root) == undone { (1, 1) } else { (2, 0) };
        assert_eq!(history(&root), expected, "killed after {steps} steps");
        if ended {
            assert_eq!(root.numbers(), [1, 2]);
            break;
        }
    }
}
