//! The version of this restwell: what `--version` prints, a receipt names and `--expect-version` compares.

/// Where restwell is kept, as `repository` in its manifest says; empty until there is an address.
pub const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// As in the manifest of the package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether the version `one` is newer than `other`. Of two that differ only after their numbers, none is.
pub fn is_newer(one: &str, other: &str) -> bool {
    let numbers = |version: &str| -> Vec<u64> {
        let release = version.split(['-', '+']).next().unwrap_or_default();
        release.split('.').map(|number| number.parse().unwrap_or_default()).collect()
    };
    numbers(one) > numbers(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(is_newer("0.10.0", "0.9.1"));
        assert!(!is_newer("0.9.1", "0.10.0"));
        assert!(!is_newer("1.0.0", "1.0.0-rc.1"));
    }
}
