//! What becomes of each path, from what the three sides have there.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::conflict::{Part, Reason};
use super::habit::{self, Habit};
use super::text::{self, Sides};
use super::{Base, Conflict, File, Files, Merge, Migrations, Step, manifest, migration, moves, with_lf};

/// The folders in which each file is the root of a crate, and no module.
const CRATES: [&str; 4] = ["tests", "benches", "examples", "src/bin"];

/// Decides every path.
pub(super) fn all(base: &Base, yours: &Files, new: &Files, migrations: Migrations) -> Merge {
    let known = base.files(yours);
    let moved = moves::find(base, &known, yours, new);
    let sides = [&known, new].map(|files| {
        let mut files = moves::placed(files, &moved);
        moves::rename(&mut files, &moved);
        files
    });
    let [known, new] = &sides;
    let unknown: BTreeSet<&Utf8Path> =
        base.hashes.keys().map(Utf8PathBuf::as_path).filter(|path| !known.contains_key(*path)).collect();
    let gone = base.gone.iter().filter(|path| !moved.contains_key(*path));
    let all = known.keys().chain(gone).chain(yours.keys()).chain(new.keys()).map(Utf8PathBuf::as_path);
    let paths: BTreeSet<&Utf8Path> = all.chain(unknown.iter().copied()).collect();
    let crlf = writes_crlf(known, yours);
    let mut steps = BTreeMap::new();
    for path in paths {
        let place = Place {
            path,
            base: known.get(path),
            yours: yours.get(path),
            new: new.get(path),
            is_gone: base.gone.contains(path),
            is_unknown: unknown.contains(path),
        };
        let step = place.migration(migrations).unwrap_or_else(|| place.decide(crlf));
        steps.insert(path.to_owned(), step);
    }
    let mut merge = Merge { steps, moved };
    manifest::lock(&mut merge, [known, yours, new]);
    hold_back(&mut merge, yours);
    mention(&mut merge);
    merge
}

/// One path with what each side has there.
struct Place<'a> {
    path: &'a Utf8Path,
    base: Option<&'a File>,
    yours: Option<&'a File>,
    new: Option<&'a File>,
    /// The user deleted it in the past.
    is_gone: bool,
    /// There was a base, but its content is not known.
    is_unknown: bool,
}

impl Place<'_> {
    fn decide(&self, crlf: bool) -> Step {
        match (self.base, self.yours, self.new) {
            (_, None, None) | (Some(_), None, Some(_)) => Step::StaysAway { mentioned_in: Vec::new() },
            (None, None, Some(_)) if self.is_gone || self.is_unknown => Step::StaysAway { mentioned_in: Vec::new() },
            (None, None, Some(new)) => Step::Add(if crlf { with_crlf(new) } else { new.clone() }),
            (None, Some(_), None) if self.is_unknown => Step::Release,
            (None, Some(_), None) => Step::Yours,
            (Some(base), Some(yours), None) if is_untouched(base, yours) => Step::Delete,
            (Some(_), Some(_), None) => Step::Release,
            (base, Some(yours), Some(new)) => self.both(base, yours, new),
        }
    }

    /// Migrations are append-only: a database may have run them.
    fn migration(&self, migrations: Migrations) -> Option<Step> {
        let (base, yours) = (self.base?, self.yours?);
        let is_kept = migrations == Migrations::Append || !is_untouched(base, yours);
        (migration::is_migration(self.path) && is_kept).then(|| match self.new {
            Some(new) if is_same(yours, new) => Step::Same,
            Some(_) => Step::Keep,
            None => Step::Release,
        })
    }

    /// The project and the new render both have the file.
    fn both(&self, base: Option<&File>, yours: &File, new: &File) -> Step {
        if is_same(yours, new) {
            return Step::Same;
        }
        let executable = match base {
            Some(base) if base.executable == yours.executable => new.executable,
            _ => yours.executable,
        };
        let sides = [base.map_or(&[][..], |base| &base.bytes), &yours.bytes, &new.bytes].map(std::str::from_utf8);
        let [Ok(before), Ok(text), Ok(after)] = sides else { return binary(base, yours, new, executable) };
        if base.is_none() && !self.is_unknown {
            return created(yours, new);
        }
        let habit = Habit::of(text);
        let (before, after) = (habit.follow(before), habit.follow(after));
        let file = |text: &str| File { bytes: text.into(), executable };
        if before == text {
            return changed(yours, file(&after), Step::Replace);
        }
        if before == after {
            return changed(yours, file(text), Step::Replace);
        }
        let parts = text::merge(self.path, Sides { base: &before, yours: text, new: &after });
        match parts.as_slice() {
            [Part::Settled(text)] => changed(yours, file(text), Step::Merged),
            _ => Step::Conflict(Conflict::text(parts, executable)),
        }
    }
}

/// `Keep` if the result is what the project has.
fn changed(yours: &File, file: File, step: fn(File) -> Step) -> Step {
    if file == *yours { Step::Keep } else { step(file) }
}

/// Both sides created the file: they agree but for habits, or a person decides.
fn created(yours: &File, new: &File) -> Step {
    let text = String::from_utf8_lossy(&yours.bytes);
    let after = String::from_utf8_lossy(&new.bytes);
    if Habit::of(&text).follow(&after) == text {
        return Step::Keep;
    }
    Step::Conflict(Conflict::whole(Some(yours.clone()), Some(new.clone()), Reason::BothCreated))
}

fn binary(base: Option<&File>, yours: &File, new: &File, executable: bool) -> Step {
    let file = |bytes: &[u8]| File { bytes: bytes.to_vec(), executable };
    match base {
        Some(base) if base.bytes == yours.bytes => changed(yours, file(&new.bytes), Step::Replace),
        Some(base) if base.bytes == new.bytes => changed(yours, file(&yours.bytes), Step::Replace),
        _ if yours.bytes == new.bytes => changed(yours, file(&yours.bytes), Step::Replace),
        _ => Step::Conflict(Conflict::whole(Some(yours.clone()), Some(new.clone()), Reason::NotText)),
    }
}

/// Whether the project has what Restwell would write; line ends that git converted are no difference.
fn is_same(yours: &File, new: &File) -> bool {
    let has_new = || yours.bytes == new.bytes || with_lf(yours.bytes.clone()) == new.bytes;
    yours.executable == new.executable && has_new()
}

/// Whether the user's file is what Restwell wrote, habits of the editor aside.
fn is_untouched(base: &File, yours: &File) -> bool {
    if base.executable != yours.executable {
        return false;
    }
    match (std::str::from_utf8(&base.bytes), std::str::from_utf8(&yours.bytes)) {
        (Ok(before), Ok(text)) => Habit::of(text).follow(before) == text,
        _ => base.bytes == yours.bytes,
    }
}

/// Whether most of the files that Restwell wrote now have CRLF line ends.
fn writes_crlf(base: &Files, yours: &Files) -> bool {
    let kept = base.keys().filter_map(|path| std::str::from_utf8(&yours.get(path)?.bytes).ok());
    let (crlf, lf): (Vec<bool>, Vec<bool>) = kept.map(habit::has_crlf).partition(|&crlf| crlf);
    crlf.len() > lf.len()
}

/// A new file for a project with CRLF line ends. Scripts keep LF: their interpreter needs it.
fn with_crlf(new: &File) -> File {
    match std::str::from_utf8(&new.bytes) {
        Ok(text) if !new.executable && !text.contains('\r') => {
            File { bytes: text.replace('\n', "\r\n").into_bytes(), executable: new.executable }
        }
        _ => new.clone(),
    }
}

/// A file that stays is in the way of a new one that defines the same module.
fn hold_back(merge: &mut Merge, yours: &Files) {
    let added: Vec<Utf8PathBuf> =
        merge.steps.iter().filter(|(_, step)| matches!(step, Step::Add(_))).map(|(path, _)| path.clone()).collect();
    for of in added {
        let Some(kept) = same_module(&of) else { continue };
        if matches!(merge.steps.get(&kept), Some(Step::Release | Step::Yours | Step::Keep)) {
            let conflict = Conflict::whole(yours.get(&kept).cloned(), None, Reason::InTheWay { of });
            merge.steps.insert(kept, Step::Conflict(conflict));
        }
    }
}

/// `src/cache/mod.rs` for `src/cache.rs`, and the other way round; `None` for the root of a crate.
fn same_module(path: &Utf8Path) -> Option<Utf8PathBuf> {
    if path.file_name() == Some("mod.rs") {
        let file = path.parent()?.with_extension("rs");
        return (!is_crate(&file)).then_some(file);
    }
    (path.extension() == Some("rs") && !is_crate(path)).then(|| path.with_extension("").join("mod.rs"))
}

/// Whether the file is the root of a crate, and no module.
fn is_crate(path: &Utf8Path) -> bool {
    path.parent().is_some_and(|folder| CRATES.contains(&folder.as_str()))
}

/// Names the written files that mention a file that stays away.
fn mention(merge: &mut Merge) {
    let written: Vec<(Utf8PathBuf, String)> = merge
        .steps
        .iter()
        .filter_map(|(path, step)| Some((path.clone(), String::from_utf8_lossy(&step.file()?.bytes).into_owned())))
        .collect();
    for (path, step) in &mut merge.steps {
        if let Step::StaysAway { mentioned_in } = step {
            let found = written.iter().filter(|(_, text)| text.contains(path.as_str()));
            mentioned_in.extend(found.map(|(other, _)| other.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Side, trees};
    use super::*;

    const PATH: &str = "src/app.rs";

    fn files(text: Option<&str>) -> Files {
        let file = |text: &str| (PATH.into(), File { bytes: text.into(), executable: false });
        text.map(file).into_iter().collect()
    }

    fn step(base: Option<&str>, yours: Option<&str>, new: Option<&str>) -> Option<Step> {
        let base = Base { files: files(base), ..Base::default() };
        trees(&base, &files(yours), &files(new), Migrations::Append).steps.remove(Utf8Path::new(PATH))
    }

    fn file(text: &str) -> File {
        File { bytes: text.into(), executable: false }
    }

    #[test]
    fn each_row_of_the_table() {
        let away = Step::StaysAway { mentioned_in: Vec::new() };
        assert_eq!(step(Some("b\n"), Some("b\n"), Some("b\n")), Some(Step::Same));
        assert_eq!(step(Some("b\n"), Some("b\n"), Some("n\n")), Some(Step::Replace(file("n\n"))));
        assert_eq!(step(Some("b\n"), Some("y\n"), Some("b\n")), Some(Step::Keep));
        assert_eq!(step(Some("b\n"), Some("b\n"), None), Some(Step::Delete));
        assert_eq!(step(Some("b\n"), Some("y\n"), None), Some(Step::Release));
        assert_eq!(step(Some("b\n"), None, Some("n\n")), Some(away.clone()));
        assert_eq!(step(Some("b\n"), None, None), Some(away));
        assert_eq!(step(None, Some("y\n"), None), Some(Step::Yours));
        assert_eq!(step(None, None, Some("n\n")), Some(Step::Add(file("n\n"))));
        assert_eq!(step(None, Some("n\n"), Some("n\n")), Some(Step::Same));
        assert!(matches!(step(None, Some("y\n"), Some("n\n")), Some(Step::Conflict(_))));
        assert_eq!(step(Some("a\nb\n"), Some("y\nb\n"), Some("a\nn\n")), Some(Step::Merged(file("y\nn\n"))));
    }

    #[test]
    fn the_mode_is_merged_by_itself() {
        let mut yours = files(Some("b\n"));
        yours.get_mut(Utf8Path::new(PATH)).expect("it is there").executable = true;
        let base = Base { files: files(Some("b\n")), ..Base::default() };
        let merge = trees(&base, &yours, &files(Some("n\n")), Migrations::Append);
        let expected = File { executable: true, ..file("n\n") };
        assert_eq!(merge.steps[Utf8Path::new(PATH)], Step::Replace(expected));
    }

    #[test]
    fn line_ends_are_no_edit_and_are_followed() {
        assert_eq!(step(Some("a\nb\n"), Some("a\r\nb\r\n"), Some("a\nn\n")), Some(Step::Replace(file("a\r\nn\r\n"))));
        assert_eq!(step(Some("a\nb\n"), Some("a\nb"), Some("n\nb\n")), Some(Step::Replace(file("n\nb"))));
        assert_eq!(step(Some("a\nb\n"), Some("a\r\nb\r\n"), Some("a\nb\n")), Some(Step::Same));
        assert_eq!(step(None, Some("a\r\nb\r\n"), Some("a\nb\n")), Some(Step::Same));
        assert_eq!(step(Some("a\nb\n"), Some("a\nb"), Some("a\nb\n")), Some(Step::Keep));
    }

    #[test]
    fn what_was_deleted_once_stays_away_until_it_is_created_again() {
        let base = Base { gone: [PATH.into()].into(), ..Base::default() };
        let merge = trees(&base, &Files::new(), &files(Some("n\n")), Migrations::Append);
        assert_eq!(merge.steps[Utf8Path::new(PATH)], Step::StaysAway { mentioned_in: Vec::new() });
    }

    #[test]
    fn a_conflict_is_decided_by_side_or_marked() {
        let Some(Step::Conflict(conflict)) = step(Some("a\nb\nc\n"), Some("a\ny\nc\n"), Some("a\nn\nc\n")) else {
            panic!("both changed a line");
        };
        assert_eq!(conflict.hunks().map(|hunk| hunk.line).collect::<Vec<_>>(), [2]);
        assert_eq!(conflict.resolve(Side::Yours), Step::Merged(file("a\ny\nc\n")));
        assert_eq!(conflict.resolve(Side::New), Step::Merged(file("a\nn\nc\n")));
        let labels = super::super::Labels { yours: "yours", base: "before", new: "now" };
        let marked = conflict.marked(labels).expect("it is text");
        let expected = "a\n<<<<<<< yours\ny\n||||||| before\nb\n=======\nn\n>>>>>>> now\nc\n";
        assert_eq!(String::from_utf8(marked.bytes).as_deref(), Ok(expected));
    }
}
