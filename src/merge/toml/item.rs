//! Entries of TOML tables: how they are compared, and where a new one is put.

use toml_edit::{Decor, InlineTable, Item, Key, TableLike, Value};

/// Whether the two say the same, however they are spaced and whatever is said beside them.
pub(super) fn is_same(one: Option<&Item>, other: Option<&Item>) -> bool {
    one.map(meaning) == other.map(meaning)
}

/// What an entry says, with the comments inside it.
fn meaning(item: &Item) -> String {
    match item {
        Item::None => String::new(),
        Item::Value(value) => of_value(value),
        Item::Table(table) => of_table(table),
        Item::ArrayOfTables(tables) => tables.iter().map(|table| format!("[{}]", of_table(table))).collect(),
    }
}

/// What a table says.
pub(super) fn of_table(table: &dyn TableLike) -> String {
    let entry = |(key, item): (&str, &Item)| format!("{}\n{key:?} = {}\n", comments(table, key), meaning(item));
    format!("{{{}}}", table.iter().map(entry).collect::<String>())
}

fn of_value(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{:?}", text.value()),
        Value::Array(array) => format!("[{}]", array.iter().map(|value| of_value(value) + ",").collect::<String>()),
        Value::InlineTable(table) => of_table(table),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            let mut value = value.clone();
            value.decor_mut().clear();
            value.to_string()
        }
    }
}

/// The comments above and beside an entry.
pub(super) fn comments(table: &dyn TableLike, key: &str) -> String {
    let of = |decor: &Decor| {
        let sides = [decor.prefix(), decor.suffix()];
        sides.into_iter().flatten().filter_map(|text| text.as_str()).collect::<String>()
    };
    let above = table.key(key).map(|key| of(key.leaf_decor())).unwrap_or_default();
    let beside = match table.get(key) {
        Some(Item::Value(value)) => of(value.decor()),
        Some(Item::Table(table)) => of(table.decor()),
        _ => String::new(),
    };
    format!("{above}{beside}").lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Gives the entry the comments that it has in `new`.
pub(super) fn take_comments(yours: &mut Item, new: &dyn TableLike, key: &str) {
    let Some(table) = yours.as_table_like_mut() else { return };
    if let (Some(mut own), Some(key)) = (table.key_mut(key), new.key(key)) {
        *own.leaf_decor_mut() = key.leaf_decor().clone();
    }
    match (table.get_mut(key), new.get(key)) {
        (Some(Item::Value(own)), Some(Item::Value(value))) => *own.decor_mut() = value.decor().clone(),
        (Some(Item::Table(own)), Some(Item::Table(table))) => *own.decor_mut() = table.decor().clone(),
        _ => {}
    }
}

/// A dependency that is only a version, as a table.
pub(super) fn widened(item: &Item) -> Item {
    match item {
        Item::Value(Value::String(version)) => {
            let mut table = InlineTable::new();
            table.insert("version", version.value().as_str().into());
            Item::Value(Value::InlineTable(table))
        }
        _ => item.clone(),
    }
}

/// Makes the entry what it is in `new`: removed, replaced, or inserted where `new` has it.
pub(super) fn insert(yours: &mut Item, new: &dyn TableLike, key: &str) {
    let Some(item) = new.get(key) else {
        if let Some(table) = yours.as_table_like_mut() {
            table.remove(key);
        }
        return;
    };
    let is_replaced =
        yours.as_table_like_mut().and_then(|table| table.get_mut(key)).is_some_and(|own| replace(own, item));
    if is_replaced {
        return;
    }
    let Some(name) = new.key(key) else { return };
    let order: Vec<String> = new.iter().map(|(key, _)| key.to_owned()).collect();
    match (yours, item) {
        (Item::Table(table), item) => {
            table.insert_formatted(name, item.clone());
            if item.is_value() {
                let order = placed(table.iter().map(|(key, _)| key.to_owned()).collect(), &order, key);
                table.sort_values_by(|one, _, other, _| rank(&order, one).cmp(&rank(&order, other)));
            }
        }
        (Item::Value(Value::InlineTable(table)), Item::Value(value)) => {
            table.insert(key, value.clone());
            let order = placed(table.iter().map(|(key, _)| key.to_owned()).collect(), &order, key);
            table.sort_values_by(|one, _, other, _| rank(&order, one).cmp(&rank(&order, other)));
            table.fmt();
        }
        _ => {}
    }
}

/// Replaces an entry in its place; the comments beside a value and above a table stay.
fn replace(own: &mut Item, item: &Item) -> bool {
    match (own, item) {
        (Item::Value(own), Item::Value(value)) => {
            let decor = own.decor().clone();
            *own = value.clone();
            *own.decor_mut() = decor;
        }
        (Item::Table(own), Item::Table(table)) => {
            let decor = own.decor().clone();
            *own = table.clone();
            *own.decor_mut() = decor;
        }
        (own, item) => *own = item.clone(),
    }
    true
}

/// The keys with `key` after the nearest one that stands before it in `new`; among the user's own keys that follow
/// there, where the alphabet wants it.
fn placed(keys: Vec<String>, new: &[String], key: &str) -> Vec<String> {
    let mut order: Vec<String> = keys.into_iter().filter(|other| other != key).collect();
    let at = new.iter().position(|other| other == key).unwrap_or(0);
    let mut neighbours = new[..at].iter().rev();
    let neighbour = neighbours.find_map(|neighbour| order.iter().position(|other| other == neighbour));
    let mut place = neighbour.map_or(0, |place| place + 1);
    while order.get(place).is_some_and(|other| !new.contains(other) && other.as_str() < key) {
        place += 1;
    }
    order.insert(place, key.to_owned());
    order
}

fn rank(order: &[String], key: &Key) -> usize {
    order.iter().position(|other| other == key.get()).unwrap_or(usize::MAX)
}
