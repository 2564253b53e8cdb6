//! Arrays: an array of strings is a set; tables in an array are matched by `name`.

use toml_edit::{Array, ArrayOfTables, Table, Value};

use super::item::of_table;

/// Adds to the array what `after` adds, and removes what it removes. Returns whether all are arrays of strings.
pub(super) fn merge(before: Option<&Array>, now: &mut Array, after: &Array) -> bool {
    let strings =
        |array: &Array| array.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
    let (Some(own), Some(after)) = (strings(now), strings(after)) else { return false };
    let Some(before) = before.map_or_else(|| Some(Vec::new()), strings) else { return false };
    let is_one_line = !now.to_string().contains('\n');
    now.retain(|value| {
        value
            .as_str()
            .is_some_and(|name| !before.iter().any(|other| other == name) || after.iter().any(|other| other == name))
    });
    for name in after.iter().filter(|name| !before.contains(name) && !own.contains(name)) {
        add(now, name);
    }
    if is_one_line {
        now.fmt();
    }
    true
}

/// Adds a string: in its place if the array is sorted, else at the end.
fn add(array: &mut Array, name: &str) {
    let names: Vec<&str> = array.iter().filter_map(Value::as_str).collect();
    let place = if names.is_sorted() { names.partition_point(|other| *other < name) } else { names.len() };
    let neighbour = array.get(place.saturating_sub(1)).or_else(|| array.get(0));
    let mut value = Value::from(name);
    if let Some(neighbour) = neighbour {
        *value.decor_mut() = neighbour.decor().clone();
    }
    array.insert_formatted(place, value);
}

/// Adds the tables that `after` adds, and removes those that it removes and the user did not edit. Returns whether every table
/// has a name and no table is changed by both.
pub(super) fn merge_tables(before: Option<&ArrayOfTables>, now: &mut ArrayOfTables, after: &ArrayOfTables) -> bool {
    let empty = ArrayOfTables::new();
    let before = before.unwrap_or(&empty);
    if [before, now, after].iter().any(|tables| tables.iter().any(|table| name(table).is_none())) {
        return false;
    }
    let find = |tables: &ArrayOfTables, wanted: &Table| {
        tables.iter().find(|table| name(table) == name(wanted)).map(|table| of_table(table))
    };
    let mut merged = now.clone();
    for table in after.iter() {
        let (was, own) = (find(before, table), find(now, table));
        if was.as_ref() == Some(&of_table(table)) || own.as_ref() == Some(&of_table(table)) {
            continue;
        }
        if own != was {
            return false;
        }
        merged.retain(|other| name(other) != name(table));
        merged.push(table.clone());
    }
    for table in before.iter().filter(|table| find(after, table).is_none()) {
        match find(now, table) {
            Some(own) if own != of_table(table) => return false,
            _ => merged.retain(|other| name(other) != name(table)),
        }
    }
    *now = merged;
    true
}

fn name(table: &Table) -> Option<&str> {
    table.get("name")?.as_str()
}
