//! The words for a resource: the form of a name, the types that it cannot have, singulars and plurals.

use super::{LONGEST, Mistake};

/// Types that the code of a resource uses, or that every description of an API has: a resource cannot have one of them.
pub const TYPES: &[&str] = &[
    "App",
    "Arc",
    "Body",
    "Cached",
    "Clone",
    "Conditions",
    "Database",
    "DateTime",
    "Debug",
    "Deserialize",
    "Detail",
    "Envelope",
    "Err",
    "Error",
    "Fields",
    "Found",
    "FromRow",
    "Greeting",
    "Health",
    "Id",
    "Input",
    "IntoResponse",
    "Json",
    "NaiveDate",
    "None",
    "Ok",
    "OpenApiRouter",
    "Option",
    "Page",
    "Paged",
    "Params",
    "ReadOnly",
    "Replacement",
    "Resource",
    "Response",
    "Result",
    "Review",
    "Row",
    "Self",
    "Serialize",
    "Some",
    "State",
    "StatusCode",
    "String",
    "ToSchema",
    "Utc",
    "Vec",
];

/// Nouns whose singular follows no rule.
const IRREGULAR: [(&str, &str); 7] = [
    ("people", "person"),
    ("children", "child"),
    ("men", "man"),
    ("women", "woman"),
    ("statuses", "status"),
    ("buses", "bus"),
    ("movies", "movie"),
];

/// Checks the letters of a name.
pub(super) fn check_shape(name: &str) -> Result<(), Mistake> {
    let is_plain = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|other| other.is_ascii_lowercase() || other.is_ascii_digit() || other == '_')
        && !name.contains("__")
        && !name.ends_with('_')
        && name.len() <= LONGEST;
    if is_plain { Ok(()) } else { Err(Mistake::Name(name.to_owned())) }
}

/// The singular of a noun in the plural; only its last word changes. The noun itself if it is no plural.
pub(super) fn singular(plural: &str) -> String {
    let (before, last) = plural.rsplit_once('_').map_or(("", plural), |(before, last)| (before, last));
    let join = |one: String| if before.is_empty() { one } else { format!("{before}_{one}") };
    if let Some((_, one)) = IRREGULAR.iter().find(|(many, _)| *many == last) {
        return join((*one).to_owned());
    }
    if let Some(stem) = last.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return join(format!("{stem}y"));
    }
    for end in ["sses", "shes", "ches", "xes", "zzes"] {
        if last.ends_with(end) {
            return join(last[..last.len() - 2].to_owned());
        }
    }
    match last.strip_suffix('s').filter(|stem| !stem.is_empty() && !stem.ends_with(['s', 'u', 'i'])) {
        Some(one) => join(one.to_owned()),
        None => plural.to_owned(),
    }
}

/// `a` or `an`, by the first letter.
pub fn article(noun: &str) -> &'static str {
    let sounds_like_a_consonant = ["uni", "use", "uti", "one", "eu"].iter().any(|start| noun.starts_with(start));
    let is_vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !sounds_like_a_consonant;
    if is_vowel || noun.starts_with("hour") { "an" } else { "a" }
}

/// With an upper-case first letter.
pub fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singulars() {
        for (many, one) in [
            ("orders", "order"),
            ("order_lines", "order_line"),
            ("categories", "category"),
            ("boxes", "box"),
            ("addresses", "address"),
            ("branches", "branch"),
            ("houses", "house"),
            ("movies", "movie"),
            ("statuses", "status"),
            ("people", "person"),
            ("staff", "staff"),
            ("status", "status"),
            ("glass", "glass"),
            ("s", "s"),
        ] {
            assert_eq!(singular(many), one);
        }
    }

    #[test]
    fn articles() {
        assert_eq!(["order", "product", "user", "hour"].map(article), ["an", "a", "a", "an"]);
    }

    #[test]
    fn types_are_sorted() {
        assert!(TYPES.is_sorted());
    }
}
