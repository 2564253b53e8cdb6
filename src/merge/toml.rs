//! The merge of TOML: tables are maps, arrays of strings are sets. A new key stands after its neighbour, and nothing of
//! the user's moves.

mod array;
mod item;

use toml_edit::{DocumentMut, Item, TableLike};

use super::conflict::{Part, Reason};
use super::lines;
use super::text::Sides;
use item::{comments, insert, is_same, take_comments};

/// The merged text; `None` if a side is not TOML.
pub(super) fn merge(sides: Sides<'_>) -> Option<Vec<Part>> {
    let parse = |text: &str| text.parse::<DocumentMut>().ok();
    let documents = Documents { base: parse(sides.base)?, yours: parse(sides.yours)?, new: parse(sides.new)? };
    let (text, conflicts) = documents.merge(Prefer::Yours);
    if conflicts == 0 {
        return Some(vec![Part::Settled(text)]);
    }
    let [base, new] = [Prefer::Base, Prefer::New].map(|prefer| documents.merge(prefer).0);
    Some(lines::differences(Sides { base: &base, yours: &text, new: &new }, &Reason::BothChanged))
}

struct Documents {
    base: DocumentMut,
    yours: DocumentMut,
    new: DocumentMut,
}

/// The side to take where an entry is in conflict.
#[derive(Clone, Copy)]
enum Prefer {
    Yours,
    Base,
    New,
}

impl Documents {
    /// The merged text and the number of entries in conflict.
    fn merge(&self, prefer: Prefer) -> (String, usize) {
        let mut document = self.yours.clone();
        let mut merger = Merger { prefer, conflicts: 0 };
        merger.table(Some(self.base.as_item()), document.as_item_mut(), self.new.as_item());
        (document.to_string(), merger.conflicts)
    }
}

struct Merger {
    prefer: Prefer,
    conflicts: usize,
}

impl Merger {
    /// Merges two tables entry by entry.
    fn table(&mut self, base: Option<&Item>, yours: &mut Item, new: &Item) {
        let base = base.and_then(Item::as_table_like);
        let Some(new) = new.as_table_like() else { return };
        let mut keys: Vec<String> = Vec::new();
        for (key, _) in base.into_iter().flat_map(TableLike::iter).chain(new.iter()) {
            if !keys.iter().any(|known| known == key) {
                keys.push(key.to_owned());
            }
        }
        for key in keys {
            self.entry(base, yours, new, &key);
        }
    }

    fn entry(&mut self, base: Option<&dyn TableLike>, yours: &mut Item, new: &dyn TableLike, key: &str) {
        let (before, after) = (base.and_then(|table| table.get(key)), new.get(key));
        let Some(table) = yours.as_table_like() else { return };
        let now = table.get(key);
        if let (Some(_), Some(base), Some(_)) = (now, base, after) {
            let was = comments(base, key);
            if was != comments(new, key) && was == comments(table, key) {
                take_comments(yours, new, key);
            }
        }
        let Some(table) = yours.as_table_like() else { return };
        let now = table.get(key);
        if is_same(before, after) || is_same(now, after) {
            return;
        }
        let has_own_comments = || base.is_some_and(|base| comments(base, key) != comments(table, key));
        if is_same(now, before) && !(after.is_none() && now.is_some() && has_own_comments()) {
            return insert(yours, new, key);
        }
        let now = yours.as_table_like_mut().and_then(|table| table.get_mut(key));
        if let (Some(now), Some(after)) = (now, after)
            && self.both(before, now, after)
        {
            return;
        }
        self.conflicts += 1;
        match self.prefer {
            Prefer::Yours => {}
            Prefer::New => insert(yours, new, key),
            Prefer::Base => match base {
                Some(base) => insert(yours, base, key),
                None => insert(yours, &toml_edit::Table::new(), key),
            },
        }
    }

    /// Both sides changed an entry. Returns whether the two changes could be merged, or are counted as conflicts inside.
    fn both(&mut self, before: Option<&Item>, now: &mut Item, after: &Item) -> bool {
        if let (Some(now), Some(after)) = (now.as_array_mut(), after.as_array()) {
            return array::merge(before.and_then(Item::as_array), now, after);
        }
        if let (Some(now), Some(after)) = (now.as_array_of_tables_mut(), after.as_array_of_tables()) {
            return array::merge_tables(before.and_then(Item::as_array_of_tables), now, after);
        }
        if !now.is_table_like() && !after.is_table_like() {
            return false;
        }
        let (widened, wide_after) = (before.map(item::widened), item::widened(after));
        let mut wide = item::widened(now);
        if !wide.is_table_like() || !wide_after.is_table_like() {
            return false;
        }
        // Of two dependencies that each side added, parts together are the choice of neither.
        if before.is_none() && now.is_value() && after.is_value() && is_torn(&wide, &wide_after) {
            return false;
        }
        self.table(widened.as_ref(), &mut wide, &wide_after);
        *now = wide;
        true
    }
}

/// Whether two inline tables that both sides added contradict each other.
fn is_torn(yours: &Item, new: &Item) -> bool {
    let mut merger = Merger { prefer: Prefer::Yours, conflicts: 0 };
    merger.table(None, &mut yours.clone(), new);
    merger.conflicts > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "[package]\nname = \"shop\"\n\n[dependencies]\naxum = { version = \"0.8\", features = [\"json\"] }\nserde = \"1.0\"\n\n[profile.release]\nlto = \"thin\"\n";

    fn merged(yours: &str, new: &str) -> Option<String> {
        match merge(Sides { base: BASE, yours, new })?.as_slice() {
            [Part::Settled(text)] => Some(text.clone()),
            _ => None,
        }
    }

    #[test]
    fn what_each_side_adds_stands_and_nothing_of_the_user_moves() {
        let yours = BASE.replace("serde = \"1.0\"\n", "# Ours.\nitoa = \"1.0\"\nserde = \"1.0\" # pinned\n");
        let yours = yours.replace("\"json\"", "\"http2\", \"json\"");
        let new = BASE.replace("serde = \"1.0\"\n", "moka = \"0.12\"\nserde = \"1.1\"\n");
        let new = new.replace("\"json\"", "\"json\", \"query\"");
        let expected = yours.replace("serde = \"1.0\"", "moka = \"0.12\"\nserde = \"1.1\"");
        assert_eq!(merged(&yours, &new), Some(expected.replace("\"json\"", "\"json\", \"query\"")));
    }

    #[test]
    fn a_version_that_became_a_table_takes_the_new_version() {
        let yours = BASE.replace("serde = \"1.0\"", "serde = { version = \"1.0\", features = [\"rc\"] }");
        let new = BASE.replace("serde = \"1.0\"", "serde = \"1.1\"");
        let expected = BASE.replace("serde = \"1.0\"", "serde = { version = \"1.1\", features = [\"rc\"] }");
        assert_eq!(merged(&yours, &new), Some(expected));
    }

    #[test]
    fn a_removed_entry_with_a_comment_of_the_user_is_a_conflict() {
        let yours = BASE.replace("serde =", "# Needed by the export.\nserde =");
        let new = BASE.replace("serde = \"1.0\"\n", "");
        assert_eq!(merged(&yours, &new), None);
        assert_eq!(merged(BASE, &new), Some(new.clone()));
    }

    #[test]
    fn a_comment_of_the_user_above_a_table_stays() {
        let yours = BASE.replace("[dependencies]", "# Ask before you add a crate.\n[dependencies]");
        let new = BASE.replace("serde = \"1.0\"\n", "moka = \"0.12\"\nserde = \"1.1\"\n");
        let expected = yours.replace("serde = \"1.0\"\n", "moka = \"0.12\"\nserde = \"1.1\"\n");
        assert_eq!(merged(&yours, &new), Some(expected));
    }

    #[test]
    fn a_dependency_that_both_sides_added_is_a_conflict_of_whole_lines() {
        let with = |line: &str| BASE.replace("serde = ", &format!("{line}serde = "));
        let (own, ours) = ("redis = \"0.27\"\n", "redis = { version = \"1.0\", features = [\"tls\"] }\n");
        let theirs = "redis = { version = \"1.0\", default-features = false, features = [\"aio\"] }\n";
        let (yours, new) = (with(own), with(theirs));
        let parts = merge(Sides { base: BASE, yours: &yours, new: &new }).expect("all three are TOML");
        let hunks = parts.iter().filter_map(|part| match part {
            Part::Open(hunk) => Some((hunk.base.as_str(), hunk.yours.as_str(), hunk.new.as_str())),
            Part::Settled(_) => None,
        });
        assert_eq!(hunks.collect::<Vec<_>>(), [("", own, theirs)]);
        let both = "redis = { version = \"1.0\", default-features = false, features = [\"aio\", \"tls\"] }\n";
        assert_eq!(merged(&with(ours), &with(theirs)), Some(with(both)));
    }

    #[test]
    fn one_value_changed_twice_is_one_hunk() {
        let (yours, new) = (BASE.replace("thin", "fat"), BASE.replace("thin", "off"));
        let parts = merge(Sides { base: BASE, yours: &yours, new: &new }).expect("all three are TOML");
        let hunks = parts.iter().filter_map(|part| match part {
            Part::Open(hunk) => Some((hunk.base.as_str(), hunk.yours.as_str(), hunk.new.as_str())),
            Part::Settled(_) => None,
        });
        assert_eq!(hunks.collect::<Vec<_>>(), [("lto = \"thin\"\n", "lto = \"fat\"\n", "lto = \"off\"\n")]);
    }
}
