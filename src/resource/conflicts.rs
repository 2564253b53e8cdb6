//! What makes a write to a resource fail with 409, in words.

use super::{Field, Kind, Resource, article};

/// What makes a write to a resource fail with 409.
#[derive(Clone, Debug)]
pub struct Conflicts {
    /// A clause for each write; empty if it cannot fail so.
    pub on_insert: String,
    /// As `on_insert`.
    pub on_update: String,
    /// As `on_insert`.
    pub on_delete: String,
    /// The message of a violated unique constraint, if there is one.
    pub taken: Option<String>,
}

impl Conflicts {
    /// What `all` resources, with this one among them, make of its writes.
    pub fn of(resource: &Resource, all: &[Resource]) -> Self {
        let noun = resource.noun();
        let a = article(&noun);
        let nouns = |wanted: fn(&Field) -> bool| {
            resource.fields().iter().filter(|field| wanted(field)).map(Field::noun).collect::<Vec<_>>()
        };
        let unique = nouns(Field::is_unique).iter().map(|name| format!("this {name}")).collect::<Vec<_>>().join(" or ");
        let referenced = nouns(|field| matches!(field.kind(), Kind::Ref(_))).join(" or the ");
        let absent = (!referenced.is_empty()).then(|| format!("the {referenced} does not exist"));
        let with_absent =
            |first: Option<String>| first.into_iter().chain(absent.clone()).collect::<Vec<_>>().join(", or ");
        let is_unique = !unique.is_empty();
        let taken = is_unique.then(|| format!("{a} {noun} with {unique} exists"));
        let users = all.iter().filter(|other| other.references().any(|name| name == resource.name()));
        let users = users.map(|other| format!("{} {} refers to it", article(&other.noun()), other.noun()));
        Self {
            on_insert: with_absent(taken.clone()),
            on_update: with_absent(is_unique.then(|| format!("another {noun} has {unique}"))),
            on_delete: users.collect::<Vec<_>>().join(", or "),
            taken,
        }
    }
}
