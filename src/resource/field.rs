//! One field of a resource, such as `number:string!`.

use std::fmt;

use serde_json::{Value, json};

use super::{Kind, Mistake, reserved, words};
use crate::spelling;

/// A field of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    name: String,
    kind: Kind,
    is_optional: bool,
    is_unique: bool,
    /// Instead of the example of the type.
    example: Option<Value>,
}

impl Field {
    /// Reads `name:type`, or `ref:resource` for a field named after that resource, or `name:ref:resource`. A `?` at the
    /// end makes it optional, a `!` unique; both can be there, in either order. Whether the resource exists, and so has
    /// a valid name, is checked with the other resources.
    ///
    /// # Errors
    /// [`Mistake`]
    pub(super) fn parse(text: &str) -> Result<Self, Mistake> {
        let rest = text.trim_end_matches(['?', '!']);
        let (is_optional, is_unique) = match &text[rest.len()..] {
            "" => (false, false),
            "?" => (true, false),
            "!" => (false, true),
            "?!" | "!?" => (true, true),
            _ => return Err(Mistake::Field(text.to_owned())),
        };
        let (name, kind) = match rest.split(':').collect::<Vec<_>>().as_slice() {
            ["ref", ""] | [_, "ref", ""] => return Err(Mistake::Field(text.to_owned())),
            ["ref", resource] => (words::singular(resource), Kind::Ref((*resource).to_owned())),
            [name, "ref", resource] => ((*name).to_owned(), Kind::Ref((*resource).to_owned())),
            [name, word] => {
                let unknown = || Mistake::Kind {
                    field: text.to_owned(),
                    word: (*word).to_owned(),
                    nearest: spelling::nearest(word, Kind::WORDS),
                };
                ((*name).to_owned(), Kind::named(word).ok_or_else(unknown)?)
            }
            _ => return Err(Mistake::Field(text.to_owned())),
        };
        if !rest.starts_with("ref:") {
            words::check_shape(&name)?;
        }
        let name = if matches!(kind, Kind::Ref(_)) { format!("{name}_id") } else { name };
        reserved::check(&name)?;
        if is_unique && kind == Kind::Bool {
            return Err(Mistake::UniqueBool(text.to_owned()));
        }
        Ok(Self { name, kind, is_optional, is_unique, example: None })
    }

    /// The name of a product.
    pub(super) fn product_name() -> Self {
        let example = Some(json!("Tea"));
        Self { name: "name".to_owned(), kind: Kind::String, is_optional: false, is_unique: true, example }
    }

    /// The price of a product.
    pub(super) fn product_price() -> Self {
        let (kind, example) = (Kind::Integer(Kind::NOT_NEGATIVE), Some(json!(450)));
        Self { name: "price_cents".to_owned(), kind, is_optional: false, is_unique: false, example }
    }

    /// Its name, which is that of the column and in JSON.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The resource that it refers to.
    pub fn reference(&self) -> Option<&str> {
        match &self.kind {
            Kind::Ref(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it may be null.
    pub fn is_optional(&self) -> bool {
        self.is_optional
    }

    /// Whether no two have the same value.
    pub fn is_unique(&self) -> bool {
        self.is_unique
    }

    /// An example.
    pub fn example(&self) -> Value {
        self.example.clone().unwrap_or_else(|| self.kind.example(&self.name))
    }

    /// Its name in a sentence.
    pub fn noun(&self) -> String {
        self.name
            .strip_suffix("_id")
            .filter(|_| matches!(self.kind, Kind::Ref(_)))
            .unwrap_or(&self.name)
            .replace('_', " ")
    }

    /// What its description in a request says.
    pub fn description(&self) -> Option<String> {
        let parts: Vec<&str> = self.is_unique.then_some("unique").into_iter().chain(self.kind.doc()).collect();
        (!parts.is_empty()).then(|| words::capitalised(&parts.join("; ")))
    }

    /// The type in Rust.
    pub fn rust(&self) -> String {
        let plain = self.kind.rust();
        if self.is_optional { format!("Option<{plain}>") } else { plain.to_owned() }
    }
}

/// As it is written.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (optional, unique) = (if self.is_optional { "?" } else { "" }, if self.is_unique { "!" } else { "" });
        match &self.kind {
            Kind::Ref(resource) if self.name == format!("{}_id", words::singular(resource)) => {
                write!(f, "ref:{resource}{optional}{unique}")
            }
            kind => {
                let name = self.name.strip_suffix("_id").filter(|_| matches!(kind, Kind::Ref(_)));
                write!(f, "{}:{kind}{optional}{unique}", name.unwrap_or(&self.name))
            }
        }
    }
}
