//! The types of fields, and what each is in Rust, in SQL and in the description of the API.

use std::fmt;
use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use crate::choice::Database;

/// 2^53 - 1, the largest integer that every JSON implementation parses exactly (RFC 8259, section 6).
const MAX_INTEGER: i64 = (1 << 53) - 1;

/// The most characters of `string`.
const LINE: usize = 200;

/// The most characters of `text`.
const PARAGRAPHS: usize = 10_000;

/// The type of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line of at most 200 characters.
    String,
    /// Text of at most 10,000 characters, with line ends.
    Text,
    /// An integer in a range.
    Integer(RangeInclusive<i64>),
    /// True or false.
    Bool,
    /// A decimal number, exact: text in the database and in JSON.
    Decimal,
    /// A date without a time.
    Date,
    /// A moment.
    Datetime,
    /// A UUID (RFC 9562), as text.
    Uuid,
    /// The id of another resource.
    Ref(String),
}

/// The dialects of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite, strict tables.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// The dialect of a database; a stack without one has no resources.
    pub fn of(database: Database) -> Self {
        match database {
            Database::Postgres => Self::Postgres,
            Database::Sqlite | Database::None => Self::Sqlite,
        }
    }
}

impl Kind {
    /// The range of `int`.
    pub(super) const INT: RangeInclusive<i64> = i32::MIN as i64..=i32::MAX as i64;
    /// The range of `bigint`.
    pub(super) const BIGINT: RangeInclusive<i64> = -MAX_INTEGER..=MAX_INTEGER;
    /// The range of an amount or a count.
    pub(super) const NOT_NEGATIVE: RangeInclusive<i64> = 0..=MAX_INTEGER;

    /// The words for types, as they are written.
    pub const WORDS: [&str; 9] = ["string", "text", "int", "bigint", "bool", "decimal", "date", "datetime", "uuid"];

    /// The type of this word; `ref` is not among them, since it needs the name of a resource.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "string" => Self::String,
            "text" => Self::Text,
            "int" => Self::Integer(Self::INT),
            "bigint" => Self::Integer(Self::BIGINT),
            "bool" => Self::Bool,
            "decimal" => Self::Decimal,
            "date" => Self::Date,
            "datetime" => Self::Datetime,
            "uuid" => Self::Uuid,
            _ => return None,
        })
    }

    /// The module of `src/platform/rules/` that a field of this type needs; `None` if `input` has its rule.
    pub fn module(&self) -> Option<&'static str> {
        match self {
            Self::Text => Some("paragraphs"),
            Self::Bool => Some("boolean"),
            Self::Decimal => Some("decimal"),
            Self::Date => Some("date"),
            Self::Datetime => Some("datetime"),
            Self::Uuid => Some("uuid"),
            Self::String | Self::Integer(_) | Self::Ref(_) => None,
        }
    }

    /// The names that the rule takes from `platform::input`.
    pub fn imports(&self) -> Vec<&'static str> {
        match self {
            Self::String => vec!["text"],
            Self::Integer(range) if *range == Self::INT => vec!["integer"],
            Self::Integer(_) | Self::Ref(_) => vec!["MAX_INTEGER", "integer"],
            _ => Vec::new(),
        }
    }

    /// The type in Rust.
    pub fn rust(&self) -> &'static str {
        match self {
            Self::String | Self::Text | Self::Decimal | Self::Uuid => "String",
            Self::Integer(_) | Self::Ref(_) => "i64",
            Self::Bool => "bool",
            Self::Date => "NaiveDate",
            Self::Datetime => "DateTime<Utc>",
        }
    }

    /// Whether the Rust type is `Copy`.
    pub fn is_copy(&self) -> bool {
        self.rust() != "String"
    }

    /// The rule for a value in a request, in Rust.
    pub fn rule(&self) -> String {
        match self {
            Self::String => format!("text(1..={LINE})"),
            Self::Text => format!("paragraphs(1..={PARAGRAPHS})"),
            Self::Integer(range) if *range == Self::INT => "integer(-2_147_483_648..=2_147_483_647)".to_owned(),
            Self::Integer(range) if *range == Self::BIGINT => "integer(-MAX_INTEGER..=MAX_INTEGER)".to_owned(),
            Self::Integer(_) => "integer(0..=MAX_INTEGER)".to_owned(),
            Self::Ref(_) => "integer(1..=MAX_INTEGER)".to_owned(),
            Self::Bool | Self::Decimal | Self::Date | Self::Datetime | Self::Uuid => {
                self.module().unwrap_or_default().to_owned()
            }
        }
    }

    /// The greatest length of text.
    fn longest(&self) -> Option<usize> {
        match self {
            Self::String => Some(LINE),
            Self::Text => Some(PARAGRAPHS),
            _ => None,
        }
    }

    /// The bounds of an integer.
    fn bounds(&self) -> Option<(i64, i64)> {
        match self {
            Self::Integer(range) => Some((*range.start(), *range.end())),
            Self::Ref(_) => Some((1, MAX_INTEGER)),
            _ => None,
        }
    }

    /// The attributes of `#[schema(…)]` for a response: the range of an integer.
    pub fn schema_of_response(&self) -> Vec<String> {
        let number = |number: i64| {
            let suffix = if i32::try_from(number).is_err() { "i64" } else { "" };
            format!("{number}{suffix}")
        };
        let range = |(least, most)| vec![format!("minimum = {}", number(least)), format!("maximum = {}", number(most))];
        self.bounds().map(range).unwrap_or_default()
    }

    /// The attributes of `#[schema(…)]` for a request: every rule that the schema can state.
    pub fn schema_of_request(&self) -> Vec<String> {
        let attributes = match self.longest() {
            Some(most) => vec!["min_length = 1".to_owned(), format!("max_length = {most}")],
            None => self.schema_of_response(),
        };
        attributes.into_iter().chain(self.pattern().map(|pattern| format!("pattern = r\"{pattern}\""))).collect()
    }

    /// The pattern of text.
    fn pattern(&self) -> Option<&'static str> {
        match self {
            Self::String => Some(r"^[^\x00-\x1f\x7f-\x9f]+$"),
            Self::Text => Some(r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]+$"),
            Self::Decimal => Some(r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?$"),
            Self::Uuid => Some(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
            _ => None,
        }
    }

    /// What the description of a field in a request says of its rule.
    pub fn doc(&self) -> Option<&'static str> {
        match self {
            Self::String => Some("no control characters"),
            Self::Text => Some("line ends, but no other control characters"),
            Self::Decimal => Some("an exact decimal number"),
            _ => None,
        }
    }

    /// An example, as it is written in the attribute of a schema and as JSON.
    pub fn example(&self, name: &str) -> Value {
        match self {
            Self::String => json!(name.replace('_', " ")),
            Self::Text => json!("First line\nsecond line"),
            Self::Integer(_) => json!(42),
            Self::Ref(_) => json!(1),
            Self::Bool => json!(true),
            Self::Decimal => json!("12.50"),
            Self::Date => json!("2000-02-29"),
            Self::Datetime => json!("2000-02-29T12:30:00Z"),
            Self::Uuid => json!("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        }
    }

    /// The type and format of its JSON schema.
    pub fn json_type(&self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::String | Self::Text | Self::Decimal | Self::Uuid => ("string", None),
            Self::Integer(_) | Self::Ref(_) => ("integer", Some("int64")),
            Self::Bool => ("boolean", None),
            Self::Date => ("string", Some("date")),
            Self::Datetime => ("string", Some("date-time")),
        }
    }

    /// The rules of its JSON schema, in the order in which the service writes them.
    pub fn json_rules(&self, is_request: bool) -> Map<String, Value> {
        let mut rules = Map::new();
        if let Some((least, most)) = self.bounds() {
            rules.insert("maximum".to_owned(), json!(most));
            rules.insert("minimum".to_owned(), json!(least));
        }
        if let Some(most) = self.longest().filter(|_| is_request) {
            rules.insert("maxLength".to_owned(), json!(most));
            rules.insert("minLength".to_owned(), json!(1));
        }
        if let Some(pattern) = self.pattern().filter(|_| is_request) {
            rules.insert("pattern".to_owned(), json!(pattern));
        }
        rules
    }

    /// The type of its column.
    pub fn column_type(&self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::String | Self::Text | Self::Decimal | Self::Uuid, _) => "TEXT",
            (Self::Integer(_) | Self::Ref(_), Dialect::Postgres) => "BIGINT",
            (Self::Integer(_) | Self::Ref(_) | Self::Bool, Dialect::Sqlite) => "INTEGER",
            (Self::Bool, Dialect::Postgres) => "BOOLEAN",
            (Self::Date | Self::Datetime, Dialect::Sqlite) => "TEXT",
            (Self::Date, Dialect::Postgres) => "DATE",
            (Self::Datetime, Dialect::Postgres) => "TIMESTAMPTZ",
        }
    }

    /// The constraint of its column: the rule once more, for writes that do not come through the service.
    pub fn constraint(&self, name: &str, dialect: Dialect) -> Option<String> {
        let length = if dialect == Dialect::Sqlite { "length" } else { "char_length" };
        if let Some(most) = self.longest() {
            return Some(format!("CHECK ({length}({name}) BETWEEN 1 AND {most})"));
        }
        match self {
            Self::Integer(range) => Some(format!("CHECK ({name} BETWEEN {} AND {})", range.start(), range.end())),
            Self::Bool if dialect == Dialect::Sqlite => Some(format!("CHECK ({name} IN (0, 1))")),
            Self::Uuid => Some(format!("CHECK ({length}({name}) = 36)")),
            Self::Ref(other) => Some(format!("REFERENCES {other} (id)")),
            Self::String | Self::Text | Self::Bool | Self::Decimal | Self::Date | Self::Datetime => None,
        }
    }
}

/// The word for the type, as it is written.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::String => "string",
            Self::Text => "text",
            Self::Integer(range) if *range == Self::INT => "int",
            Self::Integer(_) => "bigint",
            Self::Bool => "bool",
            Self::Decimal => "decimal",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Uuid => "uuid",
            Self::Ref(name) => return write!(f, "ref:{name}"),
        })
    }
}
