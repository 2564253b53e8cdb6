//! The syntax of values in a service of Cloud Run.

/// `[a-z]([-a-z0-9]*[a-z0-9])?` of at most `most` characters.
pub(super) fn is_label(text: &str, most: usize) -> bool {
    let alphanumeric = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let is_word = text.chars().all(|letter| alphanumeric(letter) || letter == '-');
    text.len() <= most
        && is_word
        && text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.ends_with(alphanumeric)
}

/// The name of a secret in Secret Manager.
pub(super) fn is_secret(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || ['-', '_'].contains(&letter))
}

/// A version with a number: `latest` and aliases can come to mean another one.
pub(super) fn is_version(text: &str) -> bool {
    text.parse::<u32>().is_ok_and(|version| version > 0) && !text.starts_with(['0', '+'])
}

/// The name of a variable.
pub(super) fn is_variable(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_uppercase())
        && text.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
}

/// Thousandths of a processor.
pub(super) fn millicores(text: &str) -> Option<u32> {
    match text.strip_suffix('m') {
        Some(number) => number.parse().ok(),
        None => text.parse::<u32>().ok().map(|number| number * 1000),
    }
}

/// Mebibytes.
pub(super) fn mebibytes(text: &str) -> Option<u32> {
    match (text.strip_suffix("Mi"), text.strip_suffix("Gi")) {
        (Some(number), _) => number.parse().ok(),
        (None, Some(number)) => number.parse::<u32>().ok().map(|number| number * 1024),
        (None, None) => None,
    }
}

/// Whole seconds: `8s`.
pub(super) fn seconds(text: &str) -> Option<u32> {
    text.strip_suffix('s')?.parse().ok()
}

/// An image by its digest, or by a tag that names one version.
pub(super) fn is_pinned(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or_default();
    match (name.split_once("@sha256:"), name.split_once(':')) {
        (Some((_, digest)), _) => digest.len() == 64 && digest.chars().all(|letter| letter.is_ascii_hexdigit()),
        (None, Some((_, tag))) => {
            let parts: Vec<&str> = tag.split('.').collect();
            parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok())
        }
        (None, None) => false,
    }
}

#[test]
fn right_words_are_told_from_wrong_ones() {
    assert!(is_label("a-1", 3) && !is_label("a-1", 2) && !is_label("1a", 9) && !is_label("a-", 9) && !is_label("", 9));
    assert!(is_version("12") && !["latest", "0", "01", "+1", ""].iter().any(|text| is_version(text)));
    assert!(is_variable("A_1") && !is_variable("A B") && !is_variable("1A") && !is_variable(""));
    assert_eq!((millicores("500m"), millicores("2"), millicores("2 cores")), (Some(500), Some(2000), None));
    assert_eq!((mebibytes("512Mi"), mebibytes("1Gi"), mebibytes("512MB")), (Some(512), Some(1024), None));
    assert!(is_pinned("a.dev/b/c:1.2.0") && !["a:80/b", "b:latest", "b:1", "b@sha256:12"].iter().any(|i| is_pinned(i)));
}
