//! Files that have another path in the project than the one that Restwell renders: the user moved them, or a migration
//! got another number.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use similar::{Algorithm, capture_diff_slices, get_diff_ratio};

use super::{Base, File, Files, migration};

/// Moved files keep at least this share of their lines.
const ALIKE: f32 = 0.6;
/// Shorter files are alike by chance.
const FEWEST_LINES: usize = 3;

/// The project's paths, by the path that Restwell renders.
pub(super) fn find(base: &Base, known: &Files, yours: &Files, new: &Files) -> BTreeMap<Utf8PathBuf, Utf8PathBuf> {
    let mut moved = base.moved.clone();
    moved.retain(|path, _| known.contains_key(path) || new.contains_key(path));
    let taken: BTreeSet<&Utf8PathBuf> = base.moved.values().collect();
    let is_free = |path: &&Utf8PathBuf| !known.contains_key(*path) && !new.contains_key(*path) && !taken.contains(path);
    let mut free: BTreeSet<&Utf8PathBuf> = yours.keys().filter(is_free).collect();
    let is_missing = |path: &&Utf8PathBuf| {
        !yours.contains_key(*path) && !base.gone.contains(*path) && !base.moved.contains_key(*path)
    };
    for path in known.keys().filter(is_missing) {
        let file = &known[path];
        // A migration is often too short to be alike, and `new` may render another one at its place.
        if let Some(placed) = migration::placed(path, file, yours, &moved) {
            free.remove(placed);
            moved.insert(path.clone(), placed.clone());
            continue;
        }
        let same_kind = free.iter().filter(|other| other.extension() == path.extension());
        let ranked = same_kind.map(|other| (likeness(file, &yours[*other]), *other));
        let best = ranked.filter(|(likeness, _)| *likeness >= ALIKE).max_by(|one, other| one.0.total_cmp(&other.0));
        if let Some((_, other)) = best {
            free.remove(other);
            moved.insert(path.clone(), other.clone());
        }
    }
    let numbers = migration::numbers(&base.gone, known, [yours, new], &moved);
    moved.extend(numbers);
    moved
}

/// The files, each under its path in the project.
pub(super) fn placed(files: &Files, moved: &BTreeMap<Utf8PathBuf, Utf8PathBuf>) -> Files {
    files.iter().map(|(path, file)| (moved.get(path).unwrap_or(path).clone(), file.clone())).collect()
}

/// The share of lines that both have.
fn likeness(one: &File, other: &File) -> f32 {
    let [one, other] = [one, other].map(|file| std::str::from_utf8(&file.bytes));
    let (Ok(one), Ok(other)) = (one, other) else { return 0.0 };
    let [one, other]: [Vec<&str>; 2] = [one, other].map(|text| text.lines().collect());
    if one.len().min(other.len()) < FEWEST_LINES {
        return 0.0;
    }
    let shared = one.iter().collect::<BTreeSet<_>>().intersection(&other.iter().collect()).count();
    // Most pairs have next to nothing in common: they need no diff.
    if (shared * 5) < one.len().min(other.len()) {
        return 0.0;
    }
    get_diff_ratio(&capture_diff_slices(Algorithm::Patience, &one, &other), one.len(), other.len())
}

/// Gives modules in rendered Rust the names that the user gave them.
pub(super) fn rename(files: &mut Files, moved: &BTreeMap<Utf8PathBuf, Utf8PathBuf>) {
    let renames: Vec<Rename> = moved.iter().filter_map(|(from, to)| Rename::of(from, to)).collect();
    if renames.is_empty() {
        return;
    }
    for (path, file) in files.iter_mut().filter(|(path, _)| path.extension() == Some("rs")) {
        let Ok(text) = std::str::from_utf8(&file.bytes) else { continue };
        let is_named = |rename: &&Rename| text.contains(&rename.from);
        let renamed = renames.iter().filter(is_named).fold(text.to_owned(), |text, rename| rename.apply(path, &text));
        file.bytes = renamed.into_bytes();
    }
}

/// A module that has another name.
struct Rename {
    /// The folder of the file that declares it.
    folder: Utf8PathBuf,
    from: String,
    to: String,
}

impl Rename {
    /// `products` to `catalog` for `src/products/mod.rs` to `src/catalog/mod.rs`; `None` for other moves.
    fn of(from: &Utf8Path, to: &Utf8Path) -> Option<Self> {
        let module = |path: &Utf8Path| -> Option<Utf8PathBuf> {
            let path = path.strip_prefix("src").ok()?;
            let path =
                if path.file_name() == Some("mod.rs") { path.parent()?.to_owned() } else { path.with_extension("") };
            (!path.as_str().is_empty()).then_some(path)
        };
        let (from, to) = (module(from)?, module(to)?);
        let (folder, name) = (from.parent()?, from.file_name()?);
        let is_renamed = to.parent()? == folder && to.file_name()? != name;
        is_renamed.then(|| Self {
            folder: Utf8Path::new("src").join(folder),
            from: name.to_owned(),
            to: to.file_name().unwrap_or_default().to_owned(),
        })
    }

    fn apply(&self, path: &Utf8Path, text: &str) -> String {
        let parent = self.folder.file_name().filter(|_| self.folder != "src");
        let heads: Vec<String> = match parent {
            Some(parent) => vec![format!("{parent}::")],
            None => vec!["crate::".to_owned(), "app::".to_owned()],
        };
        let declares = path.parent() == Some(&self.folder);
        let line = |line: &str| {
            let declared = line.trim_start().trim_start_matches("pub ").trim_start_matches("mod ").trim_end();
            if declares && line.contains("mod ") && declared == format!("{};", self.from) {
                return line.replace(&self.from, &self.to);
            }
            heads.iter().fold(line.to_owned(), |line, head| self.after(&line, head))
        };
        text.split_inclusive('\n').map(line).collect()
    }

    /// Replaces the name where it stands after this head, as a whole word.
    fn after(&self, line: &str, head: &str) -> String {
        let mut rest = line;
        let mut renamed = String::new();
        while let Some((before, after)) = rest.split_once(head) {
            renamed.push_str(before);
            renamed.push_str(head);
            let is_word = |text: &str| text.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            rest = match after.strip_prefix(&self.from) {
                Some(tail) if !is_word(tail) => {
                    renamed.push_str(&self.to);
                    tail
                }
                _ => after,
            };
        }
        renamed + rest
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Migrations, Step, trees};
    use super::*;

    fn files<const N: usize>(files: [(&str, &str); N]) -> Files {
        files.map(|(path, text)| (path.into(), File { bytes: text.into(), executable: false })).into()
    }

    fn merged(base: &Files, yours: &Files, new: &Files) -> (Files, BTreeMap<Utf8PathBuf, Utf8PathBuf>) {
        let base = Base { files: base.clone(), ..Base::default() };
        let merge = trees(&base, yours, new, Migrations::Append);
        assert_eq!(merge.conflicts().count(), 0);
        (merge.apply(yours, |_| Step::Keep), merge.moved)
    }

    #[test]
    fn a_moved_module_is_followed_and_keeps_the_name_that_the_user_gave_it() {
        let module = "//! Products.\n\npub struct Product;\n\npub fn list() {}\n";
        let base = files([("src/products.rs", module), ("src/app.rs", "use crate::products::Product;\n\nfn a() {}\n")]);
        let yours = files([("src/catalog.rs", module), ("src/app.rs", "use crate::catalog::Product;\n\nfn a() {}\n")]);
        let grown = format!("{module}\npub fn count() {{}}\n");
        let app = "use crate::products::Product;\n\nfn a() {\n    crate::products::count();\n}\n";
        let new = files([("src/products.rs", &grown), ("src/app.rs", app)]);
        let (result, moved) = merged(&base, &yours, &new);
        assert_eq!(moved, [("src/products.rs".into(), "src/catalog.rs".into())].into());
        assert_eq!(result, files([("src/catalog.rs", &grown), ("src/app.rs", &app.replace("products", "catalog"))]));
    }

    #[test]
    fn a_new_migration_gets_the_next_free_number() {
        let base = files([("migrations/0001_products.sql", "a\n")]);
        let yours = files([("migrations/0001_products.sql", "a\n"), ("migrations/0002_orders.sql", "b\n")]);
        let new = files([("migrations/0001_products.sql", "changed\n"), ("migrations/0002_keys.sql", "c\n")]);
        let (result, moved) = merged(&base, &yours, &new);
        assert_eq!(moved, [("migrations/0002_keys.sql".into(), "migrations/0003_keys.sql".into())].into());
        let mut expected = yours;
        expected.extend(files([("migrations/0003_keys.sql", "c\n")]));
        assert_eq!(result, expected);
    }
}
