//! Complete transcripts of every command, successes and failures, as text and as JSON.
//!
//! Values that depend on the content of templates, such as counts, digests and lists of files, are masked.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value as Json;

use super::session::{Session, restwell};

/// A name for the snapshot, the words, and the exit code.
const RUNS: &[(&str, &[&str], i32)] = &[
    ("bare", &[], 2),
    ("help", &["help"], 0),
    ("help-unknown", &["help", "nwe"], 2),
    ("version", &["--version"], 0),
    ("new", &["new", "shop-api", "--preset", "scale", "--no-git"], 0),
    ("new-dry-run", &["new", "shop-api", "--yes", "--database", "none", "--dry-run"], 0),
    ("new-missing", &["new", "shop-api", "--preset", "minimal", "--wings"], 2),
    ("new-open", &["new", "shop-api", "--database", "sqlite"], 4),
    ("new-clash", &["new", "shop-api", "--database", "none", "--cache", "redis", "--auth", "jwt", "--no-git"], 3),
    ("new-name", &["new", "my shop", "--yes"], 2),
    ("new-occupied", &["new", "taken", "--yes", "--name", "b"], 5),
    ("new-member", &["new", "in/api", "--yes"], 5),
    ("list", &["list"], 0),
    ("list-unknown", &["list", "all"], 2),
    ("explain-value", &["explain", "cache=redis"], 0),
    ("explain-code", &["explain", "RW0501"], 0),
    ("explain-clash", &["explain", "database=none", "auth=jwt"], 0),
    ("explain-unknown", &["explain", "cahce"], 2),
    ("schema", &["schema"], 0),
    ("schema-error", &["schema", "error"], 0),
    ("schema-unknown", &["schema", "answer"], 2),
    ("variants", &["variants", "--pairwise"], 0),
    ("variants-two", &["variants", "--pairwise", "--all"], 2),
    ("completions", &["completions", "bash"], 0),
    ("completions-unknown", &["completions", "bsh"], 2),
    ("man", &["man", "list"], 0),
    ("man-unknown", &["man", "lits"], 2),
    ("status-outside", &["status"], 1),
    ("diff-outside", &["diff"], 1),
];

/// The same in a project whose user edited a file, deleted one and made one executable.
const LIVING_RUNS: &[(&str, &[&str], i32)] = &[
    ("status", &["status"], 0),
    ("status-check", &["status", "--check"], 6),
    ("diff", &["diff", "justfile"], 0),
    ("diff-path", &["diff", "--stat", "src"], 0),
    ("diff-check", &["diff", "--check", "src", "justfile"], 6),
    ("diff-new", &["diff", "--new", "--check"], 0),
    ("diff-unknown-path", &["diff", "src/ap.rs"], 2),
    ("adopt", &["adopt", "justfile", "src"], 0),
    ("adopt-dry-run", &["adopt", "rust-toolchain.toml", "--dry-run"], 0),
    ("adopt-unknown", &["adopt", "src/ap.rs"], 2),
    ("release", &["release", "justfile", "ops"], 0),
    ("release-unknown", &["release", "src/ap.rs"], 2),
    ("undo-unknown-number", &["undo", "--to", "7"], 2),
    ("verify", &["verify"], 0),
    ("policy-check", &["policy", "check", "../policy.toml"], 6),
    ("policy-check-kept", &["policy", "check", "../kept.toml"], 0),
    ("policy-unknown-file", &["policy", "check", "none.toml"], 2),
    ("undo-nothing", &["undo"], 2),
    ("undo-list", &["undo", "--list"], 0),
    ("redo-nothing", &["redo"], 2),
    ("set", &["set", "cache=memory", "database=sqlite", "--no-check"], 0),
    ("set-dry-run", &["set", "cache=memory", "database=sqlite", "--dry-run"], 0),
    ("set-nothing", &["set"], 0),
    ("set-clash", &["set", "database=none", "cache=redis"], 3),
    ("set-twice", &["set", "cache=none", "cache=redis"], 2),
    ("set-unknown-value", &["set", "cahce=redis"], 2),
    ("set-unknown-path", &["set", "cache=redis", "--ours", "src/ap.rs"], 2),
    ("update", &["update"], 0),
    ("update-unknown-flag", &["update", "--downgarde"], 2),
    ("diff-unknown-value", &["diff", "--set", "cahce=redis"], 2),
];

/// The same in a project whose user edited a line that another database changes.
const OPEN_RUNS: &[(&str, &[&str], i32)] = &[
    ("set-conflict", &["set", "database=postgres", "--no-check"], 7),
    ("set-conflict-ours", &["set", "database=postgres", "--no-check", "--ours", "README.md"], 0),
    ("set-conflict-markers", &["set", "database=postgres", "--conflict", "markers"], 7),
    ("set-conflict-markers-dry-run", &["set", "database=postgres", "--conflict", "markers", "--dry-run"], 7),
];

/// The same in a project with orders.
const RESOURCE_RUNS: &[(&str, &[&str], i32)] = &[
    ("generate-same", &["generate", "resource", "orders", "number:string!", "note:text?", "--no-check"], 0),
    (
        "generate-fields",
        &["generate", "resource", "orders", "number:string!", "total:int", "paid_on:date?", "--no-check"],
        0,
    ),
    ("generate-unfilled", &["generate", "resource", "orders", "number:string!", "note:text?", "paid_on:date"], 2),
    ("generate-retyped", &["generate", "resource", "orders", "number:int!", "note:text?"], 2),
];

/// `text` with long scripts and numbers before certain words masked.
fn steady(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(steady_line).collect();
    if lines.len() > 150 {
        let more = lines.len() > 200;
        lines.truncate(20);
        lines.push(format!("[{} lines]", if more { "hundreds of" } else { "many more" }));
    }
    lines.join("\n")
}

fn steady_line(line: &str) -> String {
    if let Some(list) = line.strip_prefix("  ").filter(|list| list.starts_with(['+', '~', '≈', '−', '='])) {
        let name = list.split_whitespace().nth(2).unwrap_or_default();
        return format!("  {} [n] {name} [paths]", list.chars().next().unwrap_or_default());
    }
    if line.starts_with("proved: ") || line == "not proved by this build" {
        return "[proof]".to_owned();
    }
    if line.starts_with("Cargo.lock     ") {
        return "Cargo.lock     [packages]".to_owned();
    }
    let words: Vec<&str> = line.split(' ').collect();
    let is_count = |index: usize| {
        let next = words.get(index + 1).map(|word| word.trim_end_matches([',', '.', ';']));
        words[index].chars().all(|letter| letter.is_ascii_digit())
            && !words[index].is_empty()
            && matches!(next, Some("files" | "file" | "KiB"))
    };
    let steady = |index: usize| if is_count(index) { "[n]" } else { words[index] };
    let line = (0..words.len()).map(steady).collect::<Vec<_>>().join(" ");
    line.split(", the crate").next().unwrap_or_default().to_owned()
}

/// The keys of lists of files in the plan of a merge.
const PLANNED: [&str; 4] = ["added", "replaced", "merged", "deleted"];

/// The object with values that depend on templates masked.
fn steady_json(value: &mut Json, key: &str) {
    match value {
        Json::Array(items) if !items.is_empty() && PLANNED.contains(&key) => {
            *value = Json::String("[paths]".to_owned());
        }
        Json::Array(items) if ["files", "crates"].contains(&key) => {
            *value = Json::String(if items.is_empty() { "[]" } else { "[paths]" }.to_owned());
        }
        Json::Array(items) if key == "variants" => items.truncate(2),
        Json::String(text) if ["digest", "script", "page", "text"].contains(&key) => {
            text.truncate(
                text.char_indices().nth(if key == "digest" { 0 } else { 40 }).map_or(text.len(), |(at, _)| at),
            );
        }
        Json::Array(items) => items.iter_mut().for_each(|item| steady_json(item, key)),
        Json::Object(_) | Json::Null if key == "proof" => *value = Json::String("[proof]".to_owned()),
        Json::Object(_) if key == "lock" => *value = Json::String("[packages]".to_owned()),
        Json::Object(pairs) => pairs.iter_mut().for_each(|(key, value)| steady_json(value, key)),
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// The output of words with an exit code; the place is where they ran.
type Run = fn(&[&str], i32, &mut String) -> (String, String);

/// The output of a run in a directory with a file and a workspace.
fn run(words: &[&str], code: i32, place: &mut String) -> (String, String) {
    let mut run =
        restwell([]).file("taken/notes.txt", "mine").file("Cargo.toml", "[workspace]\nmembers = [\"in/*\"]\n");
    run.command().args(words);
    output(run, code, place)
}

/// The output of a run in a project that was edited.
fn run_in_project(words: &[&str], code: i32, place: &mut String) -> (String, String) {
    let ran = restwell(["new", "shop-api", "--preset", "minimal", "--no-git"]).exits(0);
    let policy = "unchanged = [\"justfile\"]\n\n[choices]\ncache = [\"redis\", \"memory\"]\n";
    let run = ran.then([]).file("policy.toml", policy).file("kept.toml", "unchanged = [\"README.md\"]\n");
    let mut run = run.inside("shop-api").prepare(edit);
    run.command().args(words);
    output(run, code, place)
}

/// The output of a run in a project with orders.
fn run_with_orders(words: &[&str], code: i32, place: &mut String) -> (String, String) {
    let orders = "orders number:string! note:text?";
    let ran = restwell(["new", "shop-api", "--preset", "standard", "--no-git", "--resource", orders]).exits(0);
    let mut run = ran.then([]).inside("shop-api");
    run.command().args(words);
    output(run, code, place)
}

/// The output of a run in a project with an edit that another database needs, too.
fn run_in_conflict(words: &[&str], code: i32, place: &mut String) -> (String, String) {
    let ran = restwell(["new", "shop-api", "--preset", "standard", "--no-git"]).exits(0);
    let path = ran.path().join("shop-api/README.md");
    let text = std::fs::read_to_string(&path).expect("there");
    std::fs::write(&path, text.replace("It stores products in SQLite.", "It stores tea in SQLite.")).expect("written");
    let mut run = ran.then([]).inside("shop-api");
    run.command().args(words);
    output(run, code, place)
}

fn edit(project: &Path) {
    let path = project.join("justfile");
    let text = std::fs::read_to_string(&path).expect("there");
    std::fs::write(&path, text + "\nmine:\n    echo mine\n").expect("written");
    std::fs::remove_file(project.join("rust-toolchain.toml")).expect("removed");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(project.join("src/app.rs"), executable).expect("set");
}

fn output(run: Session, code: i32, place: &mut String) -> (String, String) {
    let ran = run.exits(code);
    *place = std::fs::canonicalize(ran.path()).expect("there").display().to_string();
    (ran.stdout().to_owned(), ran.stderr().to_owned())
}

#[test]
fn every_command_matches_its_transcript() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cli/transcripts");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        let outside = RUNS.iter().map(|case| (case, run as Run));
        let inside = LIVING_RUNS.iter().map(|case| (case, run_in_project as Run));
        let open = OPEN_RUNS.iter().map(|case| (case, run_in_conflict as Run));
        let orders = RESOURCE_RUNS.iter().map(|case| (case, run_with_orders as Run));
        for (&(name, words, code), run) in outside.chain(inside).chain(open).chain(orders) {
            let mut place = String::new();
            let (stdout, stderr) = run(words, code, &mut place);
            let (stdout, stderr) = (steady(&stdout), steady(&stderr).replace(&place, "[here]"));
            let json = [words, &["--format", "json"]].concat();
            let (object, silence) = run(&json, code, &mut place);
            assert_eq!(silence, "", "{name}");
            let mut object: Json = serde_json::from_str(&object).unwrap_or_else(|error| panic!("{name}: {error}"));
            steady_json(&mut object, "");
            let object = format!("{object:#}").replace(&place, "[here]");
            let line = words.join(" ");
            let transcript = format!(
                "$ restwell {line}\nexit {code}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n--- json\n{object}\n"
            );
            insta::assert_snapshot!(name, transcript);
        }
    });
}
