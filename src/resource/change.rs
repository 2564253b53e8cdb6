//! What changes the table of a resource from one list of fields to another, and which changes are refused.
//!
//! A table may have rows: a change keeps their values, but for those of dropped columns, and a new required column needs
//! a value for each of them.

use super::{Dialect, Field, Kind, Mistake};

/// A change of one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// The column is dropped, with its data.
    Drop(&'a Field),
    /// The column is added.
    Add(&'a Field),
    /// The column gets other rules: from these, to those.
    Alter(&'a Field, &'a Field),
}

/// The changes between two lists of fields: first what is dropped, then the others in the order of the new fields. A
/// change of their order alone is none.
///
/// # Errors
/// [`Mistake::Unfilled`], [`Mistake::Retyped`]
pub fn changes<'a>(before: &'a [Field], after: &'a [Field]) -> Result<Vec<Change<'a>>, Mistake> {
    let dropped = before.iter().filter(|field| named(after, field).is_none());
    let mut changes: Vec<Change<'a>> = dropped.map(Change::Drop).collect();
    for field in after {
        match named(before, field) {
            Some(old) if old == field => {}
            Some(old) if is_kept(old.kind(), field.kind()) => changes.push(Change::Alter(old, field)),
            Some(old) => return Err(Mistake::Retyped { field: field.to_string(), before: old.to_string() }),
            None if field.is_optional() || fill(field, Dialect::Sqlite).is_some() => changes.push(Change::Add(field)),
            None => return Err(Mistake::Unfilled(field.to_string())),
        }
    }
    Ok(changes)
}

/// The value in SQL that the rows that exist get in a required column: the zero of its type, if the rule of the type and
/// of the field allows it in several rows.
pub fn fill(field: &Field, dialect: Dialect) -> Option<&'static str> {
    if field.is_optional() || field.is_unique() {
        return None;
    }
    match (field.kind(), dialect) {
        (Kind::Integer(_), _) | (Kind::Bool, Dialect::Sqlite) => Some("0"),
        (Kind::Bool, Dialect::Postgres) => Some("false"),
        (Kind::Decimal, _) => Some("'0'"),
        (Kind::String | Kind::Text | Kind::Date | Kind::Datetime | Kind::Uuid | Kind::Ref(_), _) => None,
    }
}

/// The field of a list that has the name of `field`.
pub fn named<'a>(fields: &'a [Field], field: &Field) -> Option<&'a Field> {
    fields.iter().find(|other| other.name() == field.name())
}

/// Whether every value of a type is one of another type, with the same representation in each database.
fn is_kept(before: &Kind, after: &Kind) -> bool {
    match (before, after) {
        (Kind::Integer(before), Kind::Integer(after)) => after.contains(before.start()) && after.contains(before.end()),
        (Kind::Ref(_), Kind::Integer(after)) => *after == Kind::BIGINT,
        (Kind::String, Kind::Text) | (Kind::Uuid | Kind::Decimal, Kind::String | Kind::Text) => true,
        (before, after) => before == after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The changes of the table from one list of fields to another, in short.
    fn told(before: &str, after: &str) -> Result<String, Mistake> {
        let field = |text: &str| Field::parse(text).expect("valid");
        let [before, after] = [before, after].map(|text| text.split(' ').map(field).collect::<Vec<_>>());
        let told = changes(&before, &after)?.into_iter().map(|change| match change {
            Change::Drop(field) => format!("-{field}"),
            Change::Add(field) => format!("+{field}"),
            Change::Alter(old, new) => format!("{old}>{new}"),
        });
        Ok(told.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn changes_by_column() {
        for (before, after, expected) in [
            ("a:int b:text", "b:text a:int", ""),
            ("a:int", "a:int b:text?", "+b:text?"),
            ("a:int b:text", "a:int", "-b:text"),
            ("a:int", "b:int", "-a:int +b:int"),
            ("a:int", "a:bigint b:bool c:decimal", "a:int>a:bigint +b:bool +c:decimal"),
            ("a:string", "a:text!", "a:string>a:text!"),
            ("a:uuid b:decimal", "a:string b:text", "a:uuid>a:string b:decimal>b:text"),
            ("ref:products", "ref:products?!", "ref:products>ref:products?!"),
            ("ref:products", "product_id:bigint", "ref:products>product_id:bigint"),
            ("a:string?", "a:string", "a:string?>a:string"),
            ("a:int", "a:int b:ref:products?! c:date?", "+b:ref:products?! +c:date?"),
        ] {
            assert_eq!(told(before, after).as_deref(), Ok(expected), "{before} to {after}");
        }
    }

    #[test]
    fn a_column_keeps_the_values_of_its_rows() {
        for (old, new) in [
            ("a:bigint", "a:int"),
            ("a:text", "a:string"),
            ("a:int", "a:string"),
            ("a:string", "a:uuid"),
            ("a:date", "a:datetime"),
            ("a:bool", "a:int"),
            ("product_id:bigint", "ref:products"),
            ("a:ref:products", "a:ref:orders"),
            ("ref:products", "product_id:int"),
        ] {
            let mistake = Mistake::Retyped { field: new.to_owned(), before: old.to_owned() };
            assert_eq!(told(old, new), Err(mistake));
        }
    }

    #[test]
    fn rows_that_exist_need_a_value() {
        for new in ["b:string", "b:text", "b:date", "b:datetime", "b:uuid", "ref:products", "b:int!", "b:decimal!"] {
            assert_eq!(told("a:int", &format!("a:int {new}")), Err(Mistake::Unfilled(new.to_owned())));
        }
    }
}
