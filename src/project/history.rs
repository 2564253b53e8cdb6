//! Taking changes back and making them again, with what the user edited since.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::disk::{Change, ChangeKind, Content, History, Made, Root, Sides};
use crate::error::{Error, Unmerged};
use crate::merge::{self, File, Files, Migrations};
use crate::tree::BASE_FOLDER;

/// The change that `undo` takes back: the newest that is made.
///
/// # Errors
/// [`Error::NothingToUndo`]
pub fn last_made(mut history: History) -> Result<Made, Error> {
    history.made.pop().ok_or(Error::NothingToUndo { is_redo: false, number: None })
}

/// The changes that `undo --to` takes back: the one with this number and those that were made after it, the newest first.
///
/// # Errors
/// [`Error::NothingToUndo`] if no change that is made has this number.
pub fn made_since(history: History, number: u32) -> Result<Vec<Made>, Error> {
    let mut made = history.made;
    let first = made.iter().position(|made| made.number == number);
    let first = first.ok_or(Error::NothingToUndo { is_redo: false, number: Some(number) })?;
    made.drain(..first);
    made.reverse();
    Ok(made)
}

/// The undo that `redo` makes again: the last one, unless another change was made since.
///
/// # Errors
/// [`Error::NothingToUndo`]
pub fn last_undone(mut history: History) -> Result<Made, Error> {
    history.undone.pop().ok_or(Error::NothingToUndo { is_redo: true, number: None })
}

/// The change that takes `made` back, one after the other. It is one change, so that a run that is killed leaves all of
/// them taken back or none.
///
/// # Errors
/// [`Error::Merge`] if an edit and an old file cannot be merged, or if the base is that of another change.
pub fn inverse(root: &Root, made: &[Made], kind: ChangeKind) -> Result<Change, Error> {
    let mut after: BTreeMap<Utf8PathBuf, Option<File>> = BTreeMap::new();
    let mut whole = Change::default();
    for made in made {
        let read = |path: &Utf8Path| match after.get(path) {
            Some(Some(file)) => Ok(Content::File(file.clone())),
            Some(None) => Ok(Content::Nothing),
            None => root.read(path),
        };
        let change = inverse_of_one(root, read, made)?;
        after.extend(change.files.iter().map(|(path, sides)| (path.clone(), sides.new.clone())));
        whole = whole.then(change);
    }
    Ok(Change { kind, ..whole })
}

/// Whether there is something to take back: not if the files already are as before the changes, for example on another
/// branch. Changes that end as they started are taken back all the same.
pub fn is_to_take_back(made: &[Made], inverse: &Change) -> bool {
    let oldest_first = made.iter().rev().map(|made| made.change.clone());
    !inverse.files.is_empty() || oldest_first.fold(Change::default(), Change::then).files.is_empty()
}

/// The change that takes `made` back, where `read` has the files as they are. What was edited since is merged.
fn inverse_of_one(
    root: &Root,
    read: impl Fn(&Utf8Path) -> Result<Content, Error>,
    made: &Made,
) -> Result<Change, Error> {
    let mut files = BTreeMap::new();
    let mut edited: BTreeMap<&Utf8PathBuf, (File, &Sides)> = BTreeMap::new();
    for (path, sides) in &made.change.files {
        let there = match read(path)? {
            // No file has to be there, and what is there instead is the user's.
            Content::Other { .. } if sides.old.is_none() => continue,
            content => content.into_file()?,
        };
        match there {
            there if there == sides.old => {}
            there if there == sides.new => {
                files.insert(path.clone(), Sides { old: there, new: sides.old.clone(), mode: sides.mode });
            }
            // Merged with another base, it would be that of no files.
            _ if path.starts_with(BASE_FOLDER) => {
                return Err(Error::Merge(Unmerged::Elsewhere { title: made.change.title.clone() }));
            }
            // What the user deleted since stays away.
            None => {}
            Some(file) => drop(edited.insert(path, (file, sides))),
        }
    }
    let side = |of: fn(&(File, &Sides)) -> Option<File>| -> Files {
        edited.iter().filter_map(|(path, file)| Some(((*path).clone(), of(file)?))).collect()
    };
    let base = merge::Base { files: side(|(_, sides)| sides.new.clone()), ..merge::Base::default() };
    let yours = side(|(file, _)| Some(file.clone()));
    let merged = merge::trees(&base, &yours, &side(|(_, sides)| sides.old.clone()), Migrations::Follow);
    // The user is told to look at them.
    let open: Vec<String> = merged.conflicts().map(|(path, _)| root.relative(path).into_string()).collect();
    if !open.is_empty() {
        return Err(Error::Merge(Unmerged::Since { paths: open }));
    }
    for (path, step) in &merged.steps {
        let Some(file) = step.file() else { continue };
        let old = yours.get(path as &Utf8Path).cloned();
        files.insert(path.clone(), Sides { old, new: Some(file.clone()), mode: None });
    }
    Ok(Change { title: made.change.title.clone(), files, ..Change::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::killed_after;

    /// A project with two changes: the second changes a file of the first again, and removes one that it added.
    fn project() -> (tempfile::TempDir, Root) {
        let directory = tempfile::tempdir().expect("a directory");
        let root = Root::at(directory.path().to_owned());
        let first = [("a", None, Some("1\n")), ("b/c", None, Some("1\n")), ("d", None, Some("1\n"))];
        let second = [("a", Some("1\n"), Some("2\n")), ("d", Some("1\n"), None), ("e", None, Some("2\n"))];
        for (title, files) in [("first", first), ("second", second)] {
            let file = |text: Option<&str>| text.map(|text| File { bytes: text.into(), executable: false });
            let sides = |(path, old, new): (&str, _, _)| {
                (Utf8PathBuf::from(path), Sides { old: file(old), new: file(new), mode: None })
            };
            let files = files.map(sides).into();
            make(&root, &Change { title: title.to_owned(), files, ..Change::default() });
        }
        (directory, root)
    }

    fn make(root: &Root, change: &Change) {
        root.take_turn().expect("free").make(change).expect("made");
    }

    /// The change that takes both back.
    fn both(root: &Root) -> Change {
        let made = made_since(root.history().expect("readable"), 1).expect("made");
        let numbers = made.iter().map(|made| made.number).collect();
        inverse(root, &made, ChangeKind::Undo(numbers)).expect("there are no edits")
    }

    fn titles(root: &Root) -> (Vec<String>, Vec<String>) {
        let History { made, undone } = root.history().expect("readable");
        let titles = |entries: Vec<Made>| entries.into_iter().map(|made| made.change.title).collect();
        (titles(made), titles(undone))
    }

    #[test]
    fn a_run_that_is_killed_takes_several_changes_back_or_none() {
        let mut outcomes = [0, 0];
        for steps in 0.. {
            let (_directory, root) = project();
            let before = root.files().expect("readable");
            let ended = killed_after(steps, || make(&root, &both(&root)));
            root.take_turn().expect("free");
            let found = root.files().expect("readable");
            let expected = match found.is_empty() {
                true => (vec![], vec!["second, first".to_owned()]),
                false => (vec!["first".to_owned(), "second".to_owned()], vec![]),
            };
            assert!(found.is_empty() || found == before, "killed after {steps} steps: {found:?}");
            assert_eq!(titles(&root), expected, "killed after {steps} steps");
            outcomes[usize::from(found.is_empty())] += 1;
            if ended {
                break;
            }
        }
        assert!(outcomes[0] > 3 && outcomes[1] > 3, "{outcomes:?}");
    }

    #[test]
    fn a_file_that_is_in_the_end_as_before_is_no_part_of_the_change() {
        let (_directory, root) = project();
        let change = both(&root);
        let paths: Vec<&Utf8PathBuf> = change.files.keys().collect();
        assert_eq!(paths, ["a", "b/c", "e"], "`d` was added and removed");
    }

    #[test]
    fn changes_that_were_taken_back_together_are_made_again_together_and_taken_back_alone() {
        let (_directory, root) = project();
        let after = root.files().expect("readable");
        make(&root, &both(&root));
        let undone = last_undone(root.history().expect("readable")).expect("undone");
        let kind = ChangeKind::Redo(undone.number);
        make(&root, &inverse(&root, &[undone], kind).expect("there are no edits"));
        assert_eq!(root.files().expect("readable"), after);
        assert_eq!(titles(&root).0, ["first", "second"]);
        let last = last_made(root.history().expect("readable")).expect("made");
        assert_eq!((last.number, last.change.title.as_str()), (2, "second"));
    }

    #[test]
    fn what_is_in_the_way_of_a_file_that_comes_back_is_named() {
        let (directory, root) = project();
        std::os::unix::fs::symlink("a", directory.path().join("d")).expect("linked");
        let last = || last_made(root.history().expect("readable")).expect("made");
        let taken = inverse(&root, &[last()], ChangeKind::Undo(vec![2]));
        assert!(matches!(taken, Err(Error::InTheWay { path, .. }) if path == "d"));
    }
}
