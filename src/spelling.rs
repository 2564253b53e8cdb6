//! Suggestions for misspelt words, and nouns with their counts.

use std::fmt::Display;

/// Other names for known words.
const ALIASES: &[(&str, &str)] = &[
    ("aca", "azure"),
    ("amazon", "aws"),
    ("authentication", "auth"),
    ("azure-container-apps", "azure"),
    ("bare-metal", "systemd"),
    ("cloud-run", "gcp"),
    ("cloudformation", "aws"),
    ("cloudrun", "gcp"),
    ("container-apps", "azure"),
    ("data-dog", "datadog"),
    ("db", "database"),
    ("dd", "datadog"),
    ("defaults", "yes"),
    ("docker", "compose"),
    ("docker-compose", "compose"),
    ("dogstatsd", "datadog"),
    ("dryrun", "dry-run"),
    ("ecs", "aws"),
    ("fargate", "aws"),
    ("fly-io", "fly"),
    ("fly.io", "fly"),
    ("flyctl", "fly"),
    ("flyio", "fly"),
    ("gh", "github"),
    ("github-actions", "github"),
    ("gitlab-ci", "gitlab"),
    ("gl", "gitlab"),
    ("google", "gcp"),
    ("in-memory", "memory"),
    ("k8s", "kubernetes"),
    ("kube", "kubernetes"),
    ("limit", "limiter"),
    ("mem", "memory"),
    ("metrics", "monitoring"),
    ("opentelemetry", "otlp"),
    ("otel", "otlp"),
    ("pg", "postgres"),
    ("psql", "postgres"),
    ("rate-limit", "limiter"),
    ("rate-limiter", "limiter"),
    ("ratelimit", "limiter"),
    ("storage", "database"),
    ("store", "database"),
    ("systemctl", "systemd"),
    ("template", "preset"),
    ("token", "jwt"),
    ("vm", "systemd"),
];

/// The word of `known` for which `word` is an alias, or the most similar one within `max_edits`.
pub fn within<'a>(word: &str, known: impl IntoIterator<Item = &'a str>, max_edits: usize) -> Option<&'a str> {
    let word = word.to_lowercase();
    let known: Vec<&str> = known.into_iter().collect();
    alias(&word, &known).or_else(|| {
        let distance = |known: &str| strsim::damerau_levenshtein(&word, &known.to_lowercase());
        let near = known.iter().map(|&known| (distance(known), known));
        // Two words of two letters that share none are not similar.
        near.filter(|&(distance, known)| distance <= max_edits && distance < known.len()).min().map(|(_, known)| known)
    })
}

fn alias<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let meant = ALIASES.iter().find(|(alias, _)| *alias == word).map(|(_, meant)| meant)?;
    known.iter().copied().find(|known| known.eq_ignore_ascii_case(meant))
}

/// The word of `known` most similar to `word`, if any is similar enough for a misspelling.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(meant) = alias(&word, &known) {
        return Some(meant);
    }
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|&(edits, candidate)| edits <= max_edits(candidate) || is_start(&word, candidate))
        .min_by_key(|&(edits, _)| edits)
        .map(|(_, candidate)| candidate)
}

/// A count with its noun: `1 file`, `3 files`.
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let end = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{end}")
}

/// How many edits count as a misspelling of a word.
fn max_edits(candidate: &str) -> usize {
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
    fn one_is_in_the_singular() {
        assert_eq!([0_usize, 1, 2].map(|count| counted(count, "file")), ["0 files", "1 file", "2 files"]);
    }

    #[test]
    fn misspellings_are_found_and_other_words_are_not() {
        let known = ["redis", "memory", "prometheus", "none"];
        assert_eq!(nearest("rediss", known), Some("redis"));
        assert_eq!(nearest("memroy", known), Some("memory"));
        assert_eq!(nearest("MEMORY", known), Some("memory"));
        assert_eq!(nearest("prom", known), Some("prometheus"));
        assert_eq!(nearest("nnoe", known), Some("none"));
        assert_eq!(nearest("cassandra", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("db", ["ci", "database"]), Some("database"));
        assert_eq!(within("db", ["ci", "cache"], 2), None);
        assert_eq!(within("cahce", ["ci", "cache"], 2), Some("cache"));
    }
}
