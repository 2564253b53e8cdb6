//! Resources: what a project stores, such as products. Each is a table, its endpoints and their tests.
//!
//! A resource is written as a name in the plural and its fields, such as `orders number:string! ref:products`. Every
//! project with a database has [`Resource::products`]; `restwell generate resource` adds others.

mod conflicts;
mod field;
mod kind;
mod words;

use std::fmt;
use std::str::FromStr;

pub use conflicts::Conflicts;
pub use field::Field;
pub use kind::{Dialect, Kind};
pub use words::{TYPES, article, capitalised};

/// The fields of every table, which no field may be named after.
const OWN_FIELDS: [&str; 3] = ["id", "created_at", "updated_at"];

/// The most characters of a name; PostgreSQL cuts identifiers off at 63 bytes, and names of indexes contain two of them.
const LONGEST: usize = 30;

/// A table with its endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    name: String,
    fields: Vec<Field>,
}

/// Why a resource is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// The name of the resource or of a field is not lower-case letters, digits and underscores.
    Name(String),
    /// Rust or SQL reserves the word.
    Reserved(String),
    /// A module of every project has the name.
    Module(String),
    /// The name is no noun in the plural: its singular would be the same word.
    Singular(String),
    /// The type of one of them has the name of a type that its code uses.
    Type {
        /// The resource.
        name: String,
        /// The type.
        type_name: String,
    },
    /// Without a colon, or with more of them than it may have.
    Field(String),
    /// No type has this name; the nearest one.
    Kind {
        /// The field as it was written.
        field: String,
        /// The word that is not a type.
        word: String,
        /// The nearest type.
        nearest: Option<&'static str>,
    },
    /// Two fields have the name, or every table has it.
    Twice(String),
    /// Only two rows could have a unique bool.
    UniqueBool(String),
    /// The resource that a field refers to does not exist.
    Unknown(String),
    /// It has no field.
    Empty,
}

impl Resource {
    /// The resource of every project with a database.
    pub fn products() -> Self {
        Self { name: "products".to_owned(), fields: vec![Field::product_name(), Field::product_price()] }
    }

    /// Reads a resource from its name and its fields.
    ///
    /// # Errors
    /// [`Mistake`]
    pub fn parse<'a>(name: &str, fields: impl IntoIterator<Item = &'a str>) -> Result<Self, Mistake> {
        words::check_shape(name)?;
        words::check_reserved(name)?;
        if words::singular(name) == name {
            return Err(Mistake::Singular(name.to_owned()));
        }
        let resource = Self { name: name.to_owned(), fields: Vec::new() };
        let type_name = resource.type_name();
        if TYPES.contains(&type_name.as_str()) {
            return Err(Mistake::Type { name: name.to_owned(), type_name });
        }
        let fields = fields.into_iter().map(Field::parse).collect::<Result<Vec<_>, _>>()?;
        for (index, field) in fields.iter().enumerate() {
            let is_taken = fields[..index].iter().any(|other| other.name() == field.name());
            if is_taken || OWN_FIELDS.contains(&field.name()) {
                return Err(Mistake::Twice(field.name().to_owned()));
            }
        }
        if fields.is_empty() {
            return Err(Mistake::Empty);
        }
        Ok(Self { fields, ..resource })
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

    /// The names of the resources that its fields refer to.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter_map(|field| match field.kind() {
            Kind::Ref(name) => Some(name.as_str()),
            _ => None,
        })
    }
}

/// Checks that the resources have different names and refer to each other only after they exist.
///
/// # Errors
/// [`Mistake::Twice`], [`Mistake::Unknown`]
pub fn check(resources: &[Resource]) -> Result<(), Mistake> {
    let mut known = vec![Resource::products()];
    for resource in resources {
        if known.iter().any(|other| other.name == resource.name || other.type_name() == resource.type_name()) {
            return Err(Mistake::Twice(resource.name.clone()));
        }
        let is_known = |name: &&str| known.iter().any(|other| other.name == *name);
        if let Some(unknown) = resource.references().find(|name| !is_known(name)) {
            return Err(Mistake::Unknown(unknown.to_owned()));
        }
        known.push(resource.clone());
    }
    Ok(())
}

impl FromStr for Resource {
    type Err = Mistake;

    fn from_str(text: &str) -> Result<Self, Mistake> {
        let mut words = text.split_whitespace();
        Self::parse(words.next().unwrap_or_default(), words)
    }
}

/// As it is written: `orders number:string! ref:products`.
impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.fields.iter().try_for_each(|field| write!(f, " {field}"))
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
            ("orders", &["a:int", "a:text"], Mistake::Twice(text("a"))),
            ("orders", &["id:int"], Mistake::Twice(text("id"))),
            (
                "orders",
                &["a:strin"],
                Mistake::Kind { field: text("a:strin"), word: text("strin"), nearest: Some("string") },
            ),
        ] {
            assert_eq!(parse(name, fields), Err(mistake), "{name} {fields:?}");
        }
    }

    #[test]
    fn resources_refer_to_those_before_them() {
        let all = |texts: &[&str]| check(&texts.iter().map(|text| text.parse().expect("valid")).collect::<Vec<_>>());
        assert_eq!(all(&["orders ref:products", "lines ref:orders"]), Ok(()));
        assert_eq!(all(&["lines ref:orders", "orders a:int"]), Err(Mistake::Unknown("orders".to_owned())));
        assert_eq!(all(&["products a:int"]), Err(Mistake::Twice("products".to_owned())));
    }
}
