//! What was proved about each stack: `precomputed/proof.txt`, which `cargo xtask receipts` writes from the results of the
//! stages that compile and test projects.
//!
//! A row is about the files that the compiler reads, so it holds for every stack with the same Rust. It holds only as long
//! as this version renders exactly those files.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::Plan;
use crate::spelling::counted;
use crate::stack::Stack;
use crate::tree::{Bug, File, Tree, digest_line, sha256};
use crate::variants;

/// The name under which projects are rendered for the digests.
pub const NAME: &str = "shop-api";

/// What was proved before this version was built.
pub const PROOFS: Proofs<'static> = Proofs(include_str!("../precomputed/proof.txt"));

/// The characters of a digest that are kept.
const KEPT: usize = 16;

/// Rows of `ID DIGEST LOCK RUST DATE TESTS`.
#[derive(Clone, Copy, Debug)]
pub struct Proofs<'a>(pub &'a str);

/// What was proved about a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Proof {
    /// The stack that was compiled: the one with the same Rust and nothing around it.
    pub stack: String,
    /// The start of one SHA-256 over the files that the compiler reads, under the name `shop-api`.
    pub digest: String,
    /// The start of the SHA-256 of `Cargo.lock`, likewise.
    pub lock: String,
    /// The version of the compiler.
    pub rust: String,
    /// The day.
    pub date: String,
    /// The number of its own tests that passed; null if they were not run.
    pub tests: Option<u32>,
}

impl Proofs<'_> {
    /// What was proved about a stack when its row was written.
    pub fn of(&self, stack: &Stack) -> Option<Proof> {
        let id = variants::id(&variants::same_rust(stack));
        self.0.lines().find_map(|line| Proof::parse(line).filter(|proof| proof.stack == id))
    }

    /// What was proved about a stack, if this version renders the files that were compiled. `tree` is the project of that
    /// name, if it is rendered already.
    ///
    /// # Errors
    /// [`Bug`]
    pub fn holding(&self, stack: &Stack, tree: Option<(&str, &Tree)>) -> Result<Option<Proof>, Bug> {
        let Some(proof) = self.of(stack) else { return Ok(None) };
        let rendered = match tree.filter(|(name, _)| *name == NAME) {
            Some((_, tree)) => digests(tree),
            None => digests(&Plan::new(stack, NAME).render()?),
        };
        Ok((rendered == (proof.digest.clone(), proof.lock.clone())).then_some(proof))
    }

    /// Every row.
    pub fn rows(&self) -> impl Iterator<Item = Proof> {
        self.0.lines().filter_map(Proof::parse)
    }
}

impl Proof {
    fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let &[stack, digest, lock, rust, date, tests] = words.as_slice() else { return None };
        let [stack, digest, lock, rust, date] = [stack, digest, lock, rust, date].map(str::to_owned);
        Some(Self { stack, digest, lock, rust, date, tests: tests.parse().ok() })
    }

    /// The row.
    pub fn line(&self) -> String {
        let Self { stack, digest, lock, rust, date, tests } = self;
        let tests = tests.map_or_else(|| "-".to_owned(), |tests| tests.to_string());
        format!("{stack} {digest} {lock} {rust} {date} {tests}")
    }

    /// What was proved, in one clause.
    pub fn text(&self) -> String {
        let tests = match self.tests {
            Some(tests) => format!("{} passed", counted(tests, "test")),
            None => "its own tests were not run".to_owned(),
        };
        format!("compiled with clippy -D warnings; {tests}; rustc {}", self.rust)
    }
}

/// The last line about a stack: what was proved, or that nothing was.
pub fn line(proof: Option<&Proof>) -> String {
    proof.map_or_else(|| "not proved by this build".to_owned(), |proof| format!("proved: {}", proof.text()))
}

/// The digests of a tree that a row has: of the files that the compiler reads, and of the lock.
pub fn digests(tree: &Tree) -> (String, String) {
    let mut lines = String::new();
    for (path, file) in tree.files().filter(|(path, _)| is_compiled(path)) {
        digest_line(&mut lines, path, file.executable, &file.sha256());
    }
    let start = |digest: String| digest[..KEPT].to_owned();
    let lock = tree.get("Cargo.lock").map(File::sha256).unwrap_or_default();
    (start(sha256(lines.as_bytes())), lock.chars().take(KEPT).collect())
}

/// Whether a file of a project can affect the compiler, clippy or rustfmt.
pub fn is_compiled(path: &Utf8Path) -> bool {
    let path = path.as_str();
    let kinds = [".rs", ".sql", ".lua", ".toml", ".lock"];
    let included = [".env.example", "assets/", "openapi.json", "tests/alerts.json", "tests/settings/"];
    let own = ["deny.toml", "restwell.toml", "rust-toolchain.toml"];
    let is_read = kinds.iter().any(|kind| path.ends_with(kind)) || included.iter().any(|start| path.starts_with(start));
    is_read && !own.contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::Answers;

    #[test]
    fn a_row_holds_while_the_files_are_those_that_were_compiled() {
        let stack = Stack::resolve(&Answers::default()).expect("valid").stack;
        let tree = Plan::new(&stack, NAME).render().expect("it renders");
        let (digest, lock) = digests(&tree);
        let stack_id = variants::id(&variants::same_rust(&stack));
        let proof = |digest: &str| Proof {
            stack: stack_id.clone(),
            digest: digest.to_owned(),
            lock: lock.clone(),
            rust: "1.95.0".into(),
            date: "2026-01-01".into(),
            tests: Some(81),
        };
        let row = proof(&digest).line();
        assert_eq!(Proofs(&row).of(&stack), Some(proof(&digest)));
        assert_eq!(Proofs(&row).holding(&stack, None).expect("it renders"), Some(proof(&digest)));
        assert_eq!(Proofs(&row).holding(&stack, Some((NAME, &tree))).expect("it renders"), Some(proof(&digest)));
        let other = proof("0123456789abcdef").line();
        assert_eq!(Proofs(&other).holding(&stack, None).expect("it renders"), None);
        assert_eq!(Proofs("").holding(&stack, None).expect("it renders"), None);
        assert_eq!(
            line(Some(&proof(&digest))),
            "proved: compiled with clippy -D warnings; 81 tests passed; rustc 1.95.0"
        );
        let untested = Proof { tests: None, ..proof(&digest) };
        assert!(line(Some(&untested)).contains("; its own tests were not run; "));
    }

    /// A row is about the stack without what is around the Rust: the files that the compiler reads are the same.
    #[test]
    fn what_is_around_the_rust_changes_no_file_that_the_compiler_reads() {
        let stack = Stack::resolve(&Answers::default()).expect("valid").stack;
        let bare = variants::same_rust(&stack);
        assert_ne!(stack, bare);
        let [one, other] = [stack, bare].map(|stack| digests(&Plan::new(&stack, NAME).render().expect("it renders")));
        assert_eq!(one, other);
    }
}
