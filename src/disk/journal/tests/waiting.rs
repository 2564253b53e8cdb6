//! The copy of a file before it is put in place, left by an interrupted run.

use super::*;

#[test]
fn a_file_that_an_interrupted_run_left_is_replaced_and_not_written() {
    let committed = (0..).find_map(|steps| {
        let (directory, root, change) = project();
        assert!(!killed_after(steps, || drop(root.take_turn().expect("free").make(&change))), "it has no such moment");
        root.interrupted().map(|_| (directory, root))
    });
    let (directory, root) = committed.expect("a run that was killed at the commit point");
    let waiting = root.place.join(".restwell/undo/1/put");
    fs::write(&waiting, "half").expect("written");
    fs::set_permissions(&waiting, fs::Permissions::from_mode(0o400)).expect("set");
    // To open a file without the permission is no error for root: a second name shows whether it was written.
    let other = directory.path().join("other");
    fs::hard_link(&waiting, &other).expect("linked");
    root.take_turn().expect("the change is finished");
    assert_eq!(fs::read(&other).expect("there"), b"half");
    assert_eq!(fs::read(root.place.join("a")).expect("there"), b"one\n");
}
