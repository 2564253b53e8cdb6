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

/// Nouns whose singular follows no rule; some have no other plural.
const IRREGULAR: &[(&str, &str)] = &[
    ("people", "person"),
    ("children", "child"),
    ("men", "man"),
    ("women", "woman"),
    ("feet", "foot"),
    ("teeth", "tooth"),
    ("mice", "mouse"),
    ("analyses", "analysis"),
    ("diagnoses", "diagnosis"),
    ("aliases", "alias"),
    ("atlases", "atlas"),
    ("biases", "bias"),
    ("canvases", "canvas"),
    ("gases", "gas"),
    ("bonuses", "bonus"),
    ("buses", "bus"),
    ("campuses", "campus"),
    ("statuses", "status"),
    ("viruses", "virus"),
    ("lenses", "lens"),
    ("caches", "cache"),
    ("avalanches", "avalanche"),
    ("headaches", "headache"),
    ("niches", "niche"),
    ("calories", "calorie"),
    ("cookies", "cookie"),
    ("hoodies", "hoodie"),
    ("movies", "movie"),
    ("rookies", "rookie"),
    ("selfies", "selfie"),
    ("smoothies", "smoothie"),
    ("zombies", "zombie"),
    ("echoes", "echo"),
    ("heroes", "hero"),
    ("potatoes", "potato"),
    ("tomatoes", "tomato"),
    ("vetoes", "veto"),
    ("quizzes", "quiz"),
    ("halves", "half"),
    ("knives", "knife"),
    ("shelves", "shelf"),
    ("wolves", "wolf"),
    ("emojis", "emoji"),
    ("menus", "menu"),
    ("taxis", "taxi"),
    ("indices", "index"),
    ("matrices", "matrix"),
    ("vertices", "vertex"),
    ("news", "news"),
    ("species", "species"),
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

/// The plural of a noun; only its last word changes.
pub(super) fn plural(one: &str) -> String {
    let (before, last) = one.rsplit_once('_').map_or(("", one), |(before, last)| (before, last));
    let irregular = IRREGULAR.iter().find(|(_, single)| *single == last);
    let many = match (irregular, last.strip_suffix('y')) {
        (Some((many, _)), _) => (*many).to_owned(),
        (None, Some(stem)) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        (None, _) if ["s", "x", "z", "ch", "sh"].iter().any(|end| last.ends_with(end)) => format!("{last}es"),
        (None, _) => format!("{last}s"),
    };
    if before.is_empty() { many } else { format!("{before}_{many}") }
}

/// `a` or `an`, by the first letter.
pub fn article(noun: &str) -> &'static str {
    let noun = noun.to_ascii_lowercase();
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
            ("caches", "cache"),
            ("cookies", "cookie"),
            ("user_aliases", "user_alias"),
            ("bonuses", "bonus"),
            ("heroes", "hero"),
            ("quizzes", "quiz"),
            ("leaves", "leave"),
            ("menus", "menu"),
            ("news", "news"),
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
        assert_eq!(["order", "product", "user", "hour", "Option"].map(article), ["an", "a", "a", "an", "an"]);
    }

    #[test]
    fn types_are_sorted() {
        assert!(TYPES.is_sorted());
    }
}
