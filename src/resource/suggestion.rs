//! Names to suggest instead of one that is refused.

use super::{Field, Mistake, Resource, words};

/// Another name for the resource that has this mistake: its plural, its letters in lower case, or with a word more.
pub fn for_resource(mistake: &Mistake) -> Option<String> {
    let name = match mistake {
        Mistake::Name(name) => snake_case(name),
        Mistake::Singular(name) => plural(name).unwrap_or_else(|| format!("{name}_items")),
        Mistake::Reserved(name) => match (name.strip_prefix("sqlite_"), words::singular(name)) {
            (Some(rest), _) => rest.to_owned(),
            (None, one) if one == *name => plural(name)?,
            (None, one) => format!("{one}_records"),
        },
        Mistake::Module(name) | Mistake::Type { name, .. } | Mistake::Schema { name, .. } => {
            format!("{}_records", words::singular(name))
        }
        _ => return None,
    };
    Resource::parse(&name, ["a:int"]).is_ok().then_some(name)
}

/// Another name for the field that has this mistake.
pub fn for_field(mistake: &Mistake) -> Option<String> {
    let name = match mistake {
        Mistake::Name(name) => snake_case(name),
        Mistake::Reserved(name) => format!("{name}_value"),
        _ => return None,
    };
    Field::parse(&format!("{name}:int")).is_ok().then_some(name)
}

/// The plural of a noun that is a singular.
fn plural(one: &str) -> Option<String> {
    Some(words::plural(one)).filter(|plural| plural != one && words::singular(plural) == one)
}

/// `order_lines` for `OrderLines`, `order-lines` and `__order_lines`.
pub(super) fn snake_case(name: &str) -> String {
    let mut spaced = String::new();
    let mut is_inside = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && is_inside {
            spaced.push(' ');
        }
        is_inside = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        spaced.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { ' ' });
    }
    spaced.split_whitespace().collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Option<String> {
        for_resource(&Resource::parse(name, ["a:int"]).expect_err("refused"))
    }

    #[test]
    fn a_refused_resource_has_another_name() {
        for (name, other) in [
            ("order", "orders"),
            ("invoice", "invoices"),
            ("category", "categories"),
            ("status", "statuses"),
            ("box", "boxes"),
            ("person", "people"),
            ("news", "news_items"),
            ("Orders", "orders"),
            ("OrderLines", "order_lines"),
            ("order-lines", "order_lines"),
            ("docs", "doc_records"),
            ("states", "state_records"),
            ("sqlite_things", "things"),
        ] {
            assert_eq!(of(name).as_deref(), Some(other), "{name}");
        }
        assert_eq!(of("1"), None);
    }

    #[test]
    fn a_refused_field_has_another_name() {
        let of = |text: &str| for_field(&Field::parse(text).expect_err("refused"));
        assert_eq!(of("current_date:date").as_deref(), Some("current_date_value"));
        assert_eq!(of("PlacedOn:date").as_deref(), Some("placed_on"));
        assert_eq!(of("a:strin"), None);
    }
}
