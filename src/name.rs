//! The name of a project: a subset of the package names that cargo accepts.
//!
//! The rules are those of cargo's `restricted_names` (<https://github.com/rust-lang/cargo>, `src/cargo/util`). Names
//! about which cargo only warns are rejected too, since a generated project has to work everywhere: crates of the
//! standard library, devices of Windows, letters outside ASCII. Capitals are allowed.

mod form;

use std::fmt;

pub use form::{image, label, lengthened, shortened};

/// A name that a project can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is empty.
    Empty,
    /// It starts with a character that is not allowed there.
    Start(char),
    /// It has a character that is not allowed.
    Character(char),
    /// It has more than [`LONGEST`] characters.
    Long,
    /// It is reserved.
    Reserved(Reserved),
    /// A dependency of generated projects has this name.
    Dependency,
    /// The path has no last part to use as the name.
    Nowhere,
}

/// Why a name is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// It is a keyword of Rust.
    Keyword,
    /// The built-in test library.
    Test,
    /// A crate of the standard library.
    Std,
    /// A directory inside `target`.
    Build,
    /// A device of Windows.
    Device,
    /// YAML reads it as another value than text.
    Yaml,
    /// A namespace of Kubernetes itself.
    Namespace,
}

/// The most characters of a name, as for a published crate. Cargo puts the name into the names of files, which are longer.
pub const LONGEST: usize = 64;

const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "if", "impl", "in", "let", "loop", "macro", "match",
    "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];
const STD: &[&str] = &["alloc", "core", "proc-macro", "proc_macro", "std"];
const BUILD: &[&str] = &["build", "deps", "examples", "incremental"];
const DEVICES: &[&str] = &[
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lpt1", "lpt2", "lpt3",
    "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
];

/// In lower case (YAML 1.1, <https://yaml.org/type/bool.html>, <https://yaml.org/type/null.html>).
const YAML: &[&str] = &["false", "n", "no", "null", "off", "on", "true", "y", "yes"];
const NAMESPACES: &[&str] = &["default", "kube-node-lease", "kube-public", "kube-system"];

impl Name {
    /// Checks a word. `dependencies` are the packages on which generated projects depend.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn new<'a>(word: &str, mut dependencies: impl Iterator<Item = &'a str>) -> Result<Self, Fault> {
        let first = word.chars().next().ok_or(Fault::Empty)?;
        if !(first.is_ascii_alphabetic() || first == '_') {
            return Err(Fault::Start(first));
        }
        if let Some(odd) = word.chars().find(|&letter| !is_letter(letter)) {
            return Err(Fault::Character(odd));
        }
        // Without the underscores it is the name of an image, which YAML would read as a number.
        if let Some(digit) = word.trim_start_matches(['_', '-']).chars().next().filter(char::is_ascii_digit) {
            return Err(Fault::Start(digit));
        }
        if word.len() > LONGEST {
            return Err(Fault::Long);
        }
        if let Some(reserved) = reserved(word) {
            return Err(Fault::Reserved(reserved));
        }
        // To the compiler `-` and `_` are the same.
        let spelling = |word: &str| word.replace('-', "_").to_ascii_lowercase();
        let own = spelling(word);
        if dependencies.any(|dependency| spelling(dependency) == own) {
            return Err(Fault::Dependency);
        }
        Ok(Self(word.to_owned()))
    }

    /// The name as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A valid name similar to `word`.
pub fn better<'a, I: Iterator<Item = &'a str>>(word: &str, dependencies: impl Fn() -> I) -> Option<String> {
    let letters: String = word.chars().map(|letter| if is_letter(letter) { letter } else { '-' }).collect();
    let words: Vec<&str> = letters.split('-').filter(|part| !part.is_empty()).collect();
    let joined = shortened(&words.join("-"), LONGEST - "-service".len());
    let candidates = [joined.clone(), format!("{joined}-api"), format!("api-{joined}"), format!("{joined}-service")];
    let is_fine = |candidate: &String| Name::new(candidate, dependencies()).is_ok();
    candidates.into_iter().find(|candidate| !joined.is_empty() && is_fine(candidate))
}

fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

fn reserved(word: &str) -> Option<Reserved> {
    let lower = word.to_ascii_lowercase();
    match word {
        // To the compiler `_` is a pattern, not a name.
        "_" => Some(Reserved::Keyword),
        _ if KEYWORDS.contains(&word) => Some(Reserved::Keyword),
        "test" => Some(Reserved::Test),
        _ if STD.contains(&word) => Some(Reserved::Std),
        _ if BUILD.contains(&word) => Some(Reserved::Build),
        _ if DEVICES.contains(&lower.as_str()) => Some(Reserved::Device),
        _ if YAML.contains(&image(word).as_str()) => Some(Reserved::Yaml),
        _ => NAMESPACES.contains(&label(word).as_str()).then_some(Reserved::Namespace),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependencies() -> impl Iterator<Item = &'static str> {
        ["axum", "tower-http"].into_iter()
    }

    fn fault(word: &str) -> Option<Fault> {
        Name::new(word, dependencies()).err()
    }

    #[test]
    fn ordinary_names_pass() {
        for word in ["shop-api", "shop_api", "_private", "a", "ShopApi", "v2", "tests", "app", "selfie"] {
            assert_eq!(fault(word), None, "{word}");
        }
    }

    #[test]
    fn each_fault_is_distinguished() {
        assert_eq!(fault(""), Some(Fault::Empty));
        assert_eq!(fault("9lives"), Some(Fault::Start('9')));
        assert_eq!(fault("-x"), Some(Fault::Start('-')));
        assert_eq!(fault("my shop"), Some(Fault::Character(' ')));
        assert_eq!(fault("caffè"), Some(Fault::Character('è')));
        assert_eq!(fault("fn"), Some(Fault::Reserved(Reserved::Keyword)));
        assert_eq!(fault("test"), Some(Fault::Reserved(Reserved::Test)));
        assert_eq!(fault("std"), Some(Fault::Reserved(Reserved::Std)));
        assert_eq!(fault("deps"), Some(Fault::Reserved(Reserved::Build)));
        assert_eq!(fault("NUL"), Some(Fault::Reserved(Reserved::Device)));
        for word in ["null", "Null", "on", "_on", "y", "No_", "_true", "OFF", "yes"] {
            assert_eq!(fault(word), Some(Fault::Reserved(Reserved::Yaml)), "{word}");
        }
        for word in ["default", "Default", "kube-system", "kube_system"] {
            assert_eq!(fault(word), Some(Fault::Reserved(Reserved::Namespace)), "{word}");
        }
        for word in ["_1e3", "_0x1f", "__123", "_-2024-01-01"] {
            assert!(matches!(fault(word), Some(Fault::Start('0'..='9'))), "{word}");
        }
        assert_eq!(fault(&"b".repeat(LONGEST)), None);
        assert_eq!(fault(&"b".repeat(LONGEST + 1)), Some(Fault::Long));
        assert_eq!(fault("axum"), Some(Fault::Dependency));
        assert_eq!(fault("tower_http"), Some(Fault::Dependency));
    }

    #[test]
    fn a_better_name_has_none_of_the_faults() {
        for word in ["9lives", "my shop", "fn", "axum", "caffè latte", "a/b", "-x", "null", "_1e3", "kube-system", "y"]
        {
            let better = better(word, dependencies).expect("something can be made of it");
            assert_eq!(fault(&better), None, "{word} → {better}");
        }
        let long = better(&"b".repeat(300), dependencies).expect("its start is a name");
        assert_eq!(fault(&long), None, "{long}");
        assert_eq!(better("???", dependencies), None);
        assert_eq!(better("my axum", || ["my-axum"].into_iter()).as_deref(), Some("my-axum-api"));
    }
}
