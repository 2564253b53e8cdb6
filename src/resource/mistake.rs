//! What can be wrong with a resource.

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
    /// Two fields or two resources have the name.
    Twice(String),
    /// Every table has a column of this name.
    Own(String),
    /// `openapi.json` would have two schemas of one name.
    Schema {
        /// The resource.
        name: String,
        /// The other one.
        other: String,
        /// The schema.
        schema: String,
    },
    /// Only two rows could have a unique bool.
    UniqueBool(String),
    /// The resource that a field refers to does not exist.
    Unknown {
        /// The resource that is referred to.
        name: String,
        /// The nearest one that exists.
        nearest: Option<String>,
    },
    /// The resource that a field refers to is created later.
    Later {
        /// The resource that is referred to.
        name: String,
        /// The one that refers to it.
        by: String,
    },
    /// It refers to itself, directly or through other resources.
    Circular(String),
    /// It has no field.
    Empty,
    /// A new required field for whose value in the rows that exist there is no zero.
    Unfilled(String),
    /// A field whose new type does not have every value of the old one.
    Retyped {
        /// The field as it is to be.
        field: String,
        /// The field as it is.
        before: String,
    },
}
