//! Resources: what a project stores, such as products. Each is a table, its endpoints and their tests.
//!
//! A resource is written as a name in the plural and its fields, such as `orders number:string! ref:products`. Every
//! project with a database has [`Resource::products`]; `restwell generate resource` adds others.

mod change;
mod conflicts;
mod field;
mod kind;
mod mistake;
mod reserved;
mod suggestion;
mod together;
mod words;

use std::fmt;
use std::str::FromStr;

pub use change::{Change, changes, fill, named};
pub use conflicts::Conflicts;
pub use field::Field;
pub use kind::{Dialect, Kind};
pub use mistake::Mistake;
pub use suggestion::{for_field, for_resource};
pub use together::check;
pub use words::{TYPES, article, capitalised};

/// The fields of every table, which no field may be named after.
const OWN_FIELDS: [&str; 3] = ["id", "created_at", "updated_at"];

/// The most characters of a name; PostgreSQL cuts identifiers off at 63 bytes, and names of indexes contain two of them.
const LONGEST: usize = 30;

/// The word between the fields that a resource has and those that it had before.
const WAS: &str = "was";

/// A table with its endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    name: String,
    fields: Vec<Field>,
    /// The fields that it had before, the first ones first: each list is a migration.
    earlier: Vec<Vec<Field>>,
}

impl Resource {
    /// The resource of every project with a database.
    pub fn products() -> Self {
        let fields = vec![Field::product_name(), Field::product_price()];
        Self { name: "products".to_owned(), fields, earlier: Vec::new() }
    }

    /// Reads a resource from its name and its fields.
    ///
    /// # Errors
    /// [`Mistake`]
    pub fn parse<'a>(name: &str, fields: impl IntoIterator<Item = &'a str>) -> Result<Self, Mistake> {
        words::check_shape(name)?;
        reserved::check(name)?;
        if words::singular(name) == name {
            return Err(Mistake::Singular(name.to_owned()));
        }
        let resource = Self { name: name.to_owned(), fields: Vec::new(), earlier: Vec::new() };
        let type_name = resource.type_name();
        if TYPES.contains(&type_name.as_str()) {
            return Err(Mistake::Type { name: name.to_owned(), type_name });
        }
        let fields = fields.into_iter().map(Field::parse).collect::<Result<Vec<_>, _>>()?;
        for (index, field) in fields.iter().enumerate() {
            if OWN_FIELDS.contains(&field.name()) {
                return Err(Mistake::Own(field.name().to_owned()));
            }
            if fields[..index].iter().any(|other| other.name() == field.name()) {
                return Err(Mistake::Twice(field.name().to_owned()));
            }
        }
        if fields.is_empty() {
            return Err(Mistake::Empty);
        }
        Ok(Self { fields, ..resource })
    }

    /// Reads a resource from its name and lists of fields: those that it has, then those that it had before, the last
    /// ones first.
    ///
    /// # Errors
    /// [`Mistake`]
    pub fn parse_all<'a, F: IntoIterator<Item = &'a str>>(
        name: &str,
        lists: impl DoubleEndedIterator<Item = F>,
    ) -> Result<Self, Mistake> {
        let mut oldest_first = lists.rev().map(|fields| Self::parse(name, fields));
        let first = oldest_first.next().unwrap_or(Err(Mistake::Empty))?;
        oldest_first.try_fold(first, |resource, next| resource.changed_to(&next?))
    }

    /// The resource with the fields of another: it remembers the fields that it had.
    ///
    /// # Errors
    /// [`Mistake`] if rows that exist would have no valid value.
    pub fn changed_to(&self, other: &Self) -> Result<Self, Mistake> {
        if self.fields == other.fields {
            return Ok(self.clone());
        }
        changes(&self.fields, &other.fields)?;
        let earlier = self.history().map(<[Field]>::to_vec).collect();
        Ok(Self { name: self.name.clone(), fields: other.fields.clone(), earlier })
    }

    /// Every list of fields that it had, the first one first and the one that it has last.
    pub fn history(&self) -> impl DoubleEndedIterator<Item = &[Field]> {
        self.earlier.iter().chain([&self.fields]).map(Vec::as_slice)
    }

    /// The fields with which its table was created.
    pub fn created(&self) -> &[Field] {
        self.earlier.first().unwrap_or(&self.fields)
    }

    /// Its name in the plural: the table, the path and the module.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its fields, without those of every table.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// One of them, in snake case, such as `order_line`.
    pub fn one(&self) -> String {
        words::singular(&self.name)
    }

    /// One of them in a sentence, such as `order line`.
    pub fn noun(&self) -> String {
        self.one().replace('_', " ")
    }

    /// All of them in a sentence, such as `order lines`.
    pub fn nouns(&self) -> String {
        self.name.replace('_', " ")
    }

    /// The Rust type of one of them, such as `OrderLine`.
    pub fn type_name(&self) -> String {
        self.one().split('_').map(capitalised).collect()
    }

    /// The names of its own schemas in `openapi.json`: of one of them, of a new one and of what replaces one.
    pub fn schemas(&self) -> [String; 3] {
        let one = self.type_name();
        [one.clone(), format!("New{one}"), format!("{one}Replacement")]
    }

    /// The names of the resources that its fields refer to.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter_map(Field::reference)
    }

    /// The names of the resources that its migrations need: those that a field refers to or referred to.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        self.history().flatten().filter_map(Field::reference)
    }
}

impl FromStr for Resource {
    type Err = Mistake;

    fn from_str(text: &str) -> Result<Self, Mistake> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (name, fields) = words.split_first().unwrap_or((&"", &[]));
        Self::parse_all(name, fields.split(|word| *word == WAS).map(|list| list.iter().copied()))
    }
}

/// As it is written: `orders number:string! ref:products`, or `orders note:text? number:string was number:string`.
impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (index, fields) in self.history().rev().enumerate() {
            if index > 0 {
                write!(f, " {WAS}")?;
            }
            fields.iter().try_for_each(|field| write!(f, " {field}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str, fields: &[&str]) -> Result<String, Mistake> {
        Resource::parse(name, fields.iter().copied()).map(|resource| resource.to_string())
    }

    #[test]
    fn a_resource_is_written_as_it_is_read() {
        for text in [
            "orders number:string! ref:products placed_on:date? buyer:ref:users",
            "order_lines count:int note:text? paid:bool price:decimal since:datetime key:uuid! total:bigint",
        ] {
            let mut words = text.split(' ');
            let name = words.next().expect("it has a name");
            assert_eq!(parse(name, &words.collect::<Vec<_>>()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_resource_remembers_the_fields_that_it_had() {
        let text = "orders c:int b:int? was b:int? a:int was a:int";
        let resource: Resource = text.parse().expect("valid");
        assert_eq!(resource.to_string(), text);
        assert_eq!(resource.created()[0].name(), "a");
        let same = Resource::parse("orders", ["c:int", "b:int?"]).expect("valid");
        assert_eq!(resource.changed_to(&same).as_ref(), Ok(&resource));
        let bad = "orders a:int b:date was a:int".parse::<Resource>();
        assert_eq!(bad, Err(Mistake::Unfilled("b:date".to_owned())));
    }

    #[test]
    fn a_field_is_optional_and_unique_in_either_order() {
        assert_eq!(parse("orders", &["a:string!?", "ref:users?!"]).as_deref(), Ok("orders a:string?! ref:users?!"));
        for field in ["a:string??", "a:string!!", "a:string?!?"] {
            assert_eq!(parse("orders", &[field]), Err(Mistake::Field(field.to_owned())));
        }
    }

    #[test]
    fn the_words_for_one_of_them() {
        let resource = Resource::parse("order_lines", ["count:int"]).expect("valid");
        assert_eq!((resource.one().as_str(), resource.noun().as_str()), ("order_line", "order line"));
        assert_eq!(resource.type_name(), "OrderLine");
    }

    #[test]
    fn mistakes_are_named() {
        let text = |text: &str| text.to_owned();
        for (name, fields, mistake) in [
            ("Orders", &["a:int"][..], Mistake::Name(text("Orders"))),
            ("1orders", &["a:int"], Mistake::Name(text("1orders"))),
            ("or-ders", &["a:int"], Mistake::Name(text("or-ders"))),
            ("groups", &["group:int"], Mistake::Reserved(text("group"))),
            ("staff", &["a:int"], Mistake::Singular(text("staff"))),
            ("orders", &[], Mistake::Empty),
            ("states", &["a:int"], Mistake::Type { name: text("states"), type_name: text("State") }),
            ("orders", &["fields:int"], Mistake::Reserved(text("fields"))),
            ("orders", &["a"], Mistake::Field(text("a"))),
            ("orders", &["ref:"], Mistake::Field(text("ref:"))),
            ("orders", &["a:ref:?"], Mistake::Field(text("a:ref:?"))),
            ("orders", &["a:int", "a:text"], Mistake::Twice(text("a"))),
            ("orders", &["id:int"], Mistake::Own(text("id"))),
            (
                "orders",
                &["a:strin"],
                Mistake::Kind { field: text("a:strin"), word: text("strin"), nearest: Some("string") },
            ),
        ] {
            assert_eq!(parse(name, fields), Err(mistake), "{name} {fields:?}");
        }
    }
}
