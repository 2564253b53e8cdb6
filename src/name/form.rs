//! A name in the forms that other systems accept: an image reference, a label, at most or at least so many characters.

/// The name of the project's image and Compose project: `name` in the form of a path component of an image reference,
/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*` (the grammar of `distribution/reference`). In lower case; an invalid separator
/// becomes a dash, one at an end is removed; `service` if nothing is left.
pub fn image(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let mut image = String::new();
    let mut separator = String::new();
    for letter in lower.chars() {
        if !letter.is_ascii_alphanumeric() {
            separator.push(letter);
            continue;
        }
        if !image.is_empty() && !separator.is_empty() {
            let allowed = ["_", "__"].contains(&separator.as_str()) || separator.chars().all(|letter| letter == '-');
            image.push_str(if allowed { &separator } else { "-" });
        }
        separator.clear();
        image.push(letter);
    }
    if image.is_empty() { "service".to_owned() } else { image }
}

/// The name of the project's objects in Kubernetes: [`image`] in the form of a label of RFC 1035, `[a-z]([-a-z0-9]*[a-z0-9])?`,
/// with single hyphens, short enough for the name of an environment behind it.
pub fn label(name: &str) -> String {
    let image = image(name);
    let words: Vec<&str> = image.split(['_', '-']).filter(|word| !word.is_empty()).collect();
    shortened(&words.join("-"), LABEL)
}

/// The first characters of a label, as a label.
pub fn shortened(label: &str, length: usize) -> String {
    label.chars().take(length).collect::<String>().trim_end_matches('-').to_owned()
}

/// The name with an ending, if it is shorter than `least`.
pub fn lengthened(name: String, least: usize, ending: &str) -> String {
    if name.len() < least { format!("{name}{ending}") } else { name }
}

/// A label has at most 63 characters.
const LABEL: usize = 63 - "-production".len();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;

    #[test]
    fn an_image_reference_is_made_of_every_name_that_cargo_accepts() {
        for (name, expected) in [
            ("shop-api", "shop-api"),
            ("ShopApi", "shopapi"),
            ("api_", "api"),
            ("_private", "private"),
            ("a-_b", "a-b"),
            ("a_b", "a_b"),
            ("a__b", "a__b"),
            ("a___b", "a-b"),
            ("a---b", "a---b"),
            ("__", "service"),
            ("_-_", "service"),
        ] {
            assert_eq!(image(name), expected, "{name}");
        }
        // All names of up to seven of these letters: any two kinds of letters meet in every way.
        let mut words = vec![String::new()];
        for _ in 0..7 {
            words = words
                .iter()
                .flat_map(|word| ["", "a", "B", "1", "_", "-"].map(|next| format!("{word}{next}")))
                .collect();
            words.sort_unstable();
            words.dedup();
        }
        let accepted: Vec<_> = words.iter().filter(|word| Name::new(word, [].into_iter()).is_ok()).collect();
        assert!(accepted.len() > 10_000, "{}", accepted.len());
        for name in accepted {
            let image = image(name);
            assert!(is_path_component(&image), "{name} → {image}");
            let label = label(name);
            assert!(is_label(&label), "{name} → {label}");
            let kept = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
            let letters = kept(name).to_ascii_lowercase();
            assert_eq!(kept(&image), if letters.is_empty() { "service".to_owned() } else { letters }, "{name}");
        }
    }

    /// `[a-z]([-a-z0-9]*[a-z0-9])?`
    fn is_label(text: &str) -> bool {
        let alphanumeric = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        let ends = text.starts_with(|letter: char| letter.is_ascii_lowercase()) && text.ends_with(alphanumeric);
        ends && text.len() <= LABEL
            && !text.contains("--")
            && text.chars().all(|letter| alphanumeric(letter) || letter == '-')
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
    fn is_path_component(text: &str) -> bool {
        let alphanumeric = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        let ends = text.starts_with(alphanumeric) && text.ends_with(alphanumeric);
        let mut separators = text.split(alphanumeric).filter(|separator| !separator.is_empty());
        ends && separators
            .all(|separator| matches!(separator, "." | "_" | "__") || separator.trim_matches('-').is_empty())
    }
}
