//! The lists in the SQL statements of a resource.

use super::layout;
use crate::resource::{Field, Resource};

pub(super) fn texts(resource: &Resource) -> [(&'static str, String); 6] {
    let names: Vec<&str> = resource.fields().iter().map(Field::name).collect();
    let columns: Vec<&str> = ["id"].iter().chain(&names).chain(&["created_at", "updated_at"]).copied().collect();
    let places: Vec<String> = (1..=names.len()).map(|place| format!("${place}")).collect();
    let sets: Vec<String> = names.iter().zip(&places).map(|(name, place)| format!("{name} = {place}")).collect();
    [
        ("columns", layout::list(&columns)),
        ("inserted", layout::list(&columns[1..])),
        ("places", layout::list(&places)),
        ("sets", layout::list(&sets)),
        ("id_place", format!("${}", names.len() + 1)),
        ("version_place", format!("${}", names.len() + 2)),
    ]
}
