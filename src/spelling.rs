//! Which known word was probably meant.

/// The word of `known` closest to `word`, if any is close enough to be a slip of the finger.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|&(slips, candidate)| slips <= allowed(candidate) || is_start(&word, candidate))
        .min_by_key(|&(slips, _)| slips)
        .map(|(_, candidate)| candidate)
}

/// One slip in a short word, more in a long one.
fn allowed(candidate: &str) -> usize {
    match candidate.len() {
        0..=3 => 1,
        4..=7 => 2,
        _ => 3,
    }
}

/// `postgresql` for `postgres` and `prom` for `prometheus`.
fn is_start(word: &str, candidate: &str) -> bool {
    const MEANINGFUL: usize = 3;
    word.len().min(candidate.len()) >= MEANINGFUL && (word.starts_with(candidate) || candidate.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["redis", "memory", "prometheus", "none"];
        assert_eq!(nearest("rediss", known), Some("redis"));
        assert_eq!(nearest("memroy", known), Some("memory"));
        assert_eq!(nearest("MEMORY", known), Some("memory"));
        assert_eq!(nearest("prom", known), Some("prometheus"));
        assert_eq!(nearest("nnoe", known), Some("none"));
        assert_eq!(nearest("cassandra", known), None);
        assert_eq!(nearest("", known), None);
    }
}
