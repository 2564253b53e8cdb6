//! The syntax of names and values in Kubernetes.

/// A label of RFC 1123: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`.
pub(super) fn is_label(text: &str) -> bool {
    let ends = text.starts_with(is_alphanumeric) && text.ends_with(is_alphanumeric);
    ends && text.len() <= 63 && text.chars().all(|letter| is_alphanumeric(letter) || letter == '-')
}

/// A label of RFC 1035, as the name of a Service: it begins with a letter.
pub(super) fn is_service_name(text: &str) -> bool {
    is_label(text) && text.starts_with(|letter: char| letter.is_ascii_lowercase())
}

/// Labels joined by dots.
pub(super) fn is_host(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// The name of a port: at most 15 characters with a letter among them, no two dashes in a row.
pub(super) fn is_port_name(text: &str) -> bool {
    let has_letter = text.contains(|letter: char| letter.is_ascii_lowercase());
    is_label(text) && text.len() <= 15 && has_letter && !text.contains("--")
}

/// The key of a label or the name of a resource: `[prefix/]name`.
pub(super) fn is_qualified(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_host(prefix) && is_name(name),
        None => is_name(text),
    }
}

/// The value of a label.
pub(super) fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_name(text)
}

fn is_name(text: &str) -> bool {
    let alphanumeric = |letter: char| letter.is_ascii_alphanumeric();
    let inner = |letter: char| alphanumeric(letter) || matches!(letter, '-' | '_' | '.');
    text.starts_with(alphanumeric) && text.ends_with(alphanumeric) && text.len() <= 63 && text.chars().all(inner)
}

/// The name of a variable.
pub(super) fn is_variable(text: &str) -> bool {
    let first = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    text.starts_with(first) && text.chars().all(|letter| first(letter) || letter.is_ascii_digit())
}

/// A duration of the Gateway API: `15s`, `1m30s`.
pub(super) fn is_duration(text: &str) -> bool {
    let mut rest = text;
    let mut parts = 0;
    while !rest.is_empty() {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        let Some(after) = ["ms", "h", "m", "s"].iter().find_map(|unit| rest[digits..].strip_prefix(unit)) else {
            return false;
        };
        if !(1..=5).contains(&digits) {
            return false;
        }
        (rest, parts) = (after, parts + 1);
    }
    (1..=4).contains(&parts)
}

/// A quantity, in thousandths.
pub(super) fn quantity(text: &str) -> Option<u64> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "m" => 1,
        "" => 1000,
        "k" => 1_000_000,
        "M" => 1_000_000_000,
        "G" => 1_000_000_000_000,
        "Ki" => 1000 << 10,
        "Mi" => 1000 << 20,
        "Gi" => 1000 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// An address with the length of its prefix.
pub(super) fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    length.parse::<u8>().is_ok_and(|length| length <= if address.is_ipv4() { 32 } else { 128 })
}

/// Seconds of a duration of the service: `15s`.
pub(super) fn seconds(text: &str) -> Option<u32> {
    text.strip_suffix('s')?.parse().ok()
}

fn is_alphanumeric(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit()
}

#[test]
fn names_and_values_are_those_that_an_api_server_accepts() {
    for (is_valid, right, wrong) in [
        (is_label as fn(&str) -> bool, "shop-2", "Shop"),
        (is_service_name, "shop", "2-shops"),
        (is_port_name, "http", "administration-port"),
        (is_port_name, "admin-2", "80"),
        (is_qualified, "app.kubernetes.io/name", "app.kubernetes.io/"),
        (is_label_value, "", "-shop"),
        (is_variable, "RUST_LOG", "1 BAD"),
        (is_duration, "1m30s", "15"),
        (is_duration, "15s", "15 s"),
        (is_cidr, "10.0.0.0/8", "10.0.0.0/33"),
    ] {
        assert!(is_valid(right) && !is_valid(wrong), "{right} {wrong}");
    }
    assert_eq!((quantity("256Mi"), quantity("100m"), quantity("256MB")), (Some(1000 << 28), Some(100), None));
    assert!(quantity("32Mi") < quantity("128Mi"));
}
