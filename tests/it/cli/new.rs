//! `restwell new`: reproducible bytes, the same data for a dry run, a correct replay command.

use sha2::{Digest, Sha256};

use super::session::{listing, restwell, shell};

#[test]
fn the_standard_project_is_written() {
    let ran = restwell(["new", "shop-api", "--yes", "--no-git"]).exits(0).prints_nothing();
    let ran = ran.says("created `shop-api`\nnext:\n  cd shop-api\n  cargo run\n");
    assert_eq!(ran.names(""), ["shop-api"]);
    assert!(ran.text("shop-api/Cargo.toml").contains("name = \"shop-api\""));
}

#[test]
fn the_same_stack_is_the_same_bytes() {
    let one = restwell(["new", "shop-api", "--yes", "--no-git"]).env("TZ", "Asia/Tokyo").exits(0);
    let two = restwell(["new", "x/shop-api", "--no-git", "--preset", "standard"]).env("LANG", "de_DE.UTF-8").exits(0);
    let (one, two) = (one.path().join("shop-api"), two.path().join("x/shop-api"));
    assert_eq!(listing(&one), listing(&two));
}

#[test]
fn the_base_is_in_the_listing_and_not_in_the_digest() {
    let ran = restwell(["new", "a", "--yes", "--no-git", "--format", "json"]).exits(0);
    let data = &ran.json()["data"];
    let base = ran.text("a/.restwell/base");
    let digest = data["digest"].as_str().expect("a digest");
    assert!(base.starts_with("restwell-base 1\nrestwell "), "{}", &base[..40]);
    assert!(base.contains(&format!("\ndigest {digest}\n")));
    assert_eq!(ran.names("a/.restwell"), [".gitattributes", ".gitignore", ".ignore", "base"]);
    let ran = ran.then(["new", "a", "--yes", "--show", ".restwell/.gitattributes", "--force"]).exits(0);
    ran.prints("base -text -diff linguist-generated\n").writes_nothing();
}

#[test]
fn a_file_is_shown_and_a_conflict_reported_whatever_the_target_is() {
    let ran = restwell(["new", "a", "--yes", "--show", "rustfmt.toml"]).exits(0);
    let shown = ran.stdout().to_owned();
    let ran = restwell(["new", "a", "--yes", "--no-git"]).exits(0);
    let ran = ran.then(["new", "a", "--yes", "--show", "rustfmt.toml"]).exits(0).prints(&shown).writes_nothing();
    let ran = ran.then(["new", "a", "--yes", "--cache", "redis", "--show", "rustfmt.toml"]).exits(0).prints(&shown);
    let ran = ran.then(["new", "a", "--yes"]).exits(5).writes_nothing();
    ran.then(["new", "a", "--yes", "--database", "none", "--cache", "redis"]).exits(3).writes_nothing();
    let ran = restwell(["new", "in/a", "--yes", "--show", "rustfmt.toml"]);
    ran.file("Cargo.toml", "[workspace]\nmembers = [\"in/*\"]\n").exits(0).prints(&shown);
}

#[test]
fn a_dry_run_gives_the_data_of_the_real_run() {
    let dry = restwell(["new", "a", "--yes", "--dry-run", "--format", "json"]).exits(0).writes_nothing();
    let real = restwell(["new", "a", "--yes", "--format", "json"]).exits(0);
    assert_eq!(dry.json(), real.json());
    let dry = restwell(["new", ".", "--yes", "--force", "--dry-run", "--format", "json"])
        .inside("a")
        .file("Cargo.toml", "mine");
    let dry = dry.exits(0).writes_nothing();
    let real =
        restwell(["new", ".", "--yes", "--force", "--format", "json"]).inside("a").file("Cargo.toml", "mine").exits(0);
    assert_eq!(dry.json(), real.json());
    assert_eq!(dry.json()["data"]["replaced"][0]["path"], "Cargo.toml");
}

#[test]
fn the_data_matches_the_files_on_disk() {
    let ran = restwell(["new", "a", "--yes", "--no-git", "--format", "json"]).exits(0);
    let object = ran.json();
    let data = &object["data"];
    let mut told: Vec<String> = Vec::new();
    for file in data["files"].as_array().expect("files") {
        let path = file["path"].as_str().expect("a path");
        let bytes = std::fs::read(ran.path().join("a").join(path)).expect("it is there");
        let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(file["size"].as_u64(), Some(bytes.len() as u64), "{path}");
        assert_eq!(file["sha256"], digest.as_str(), "{path}");
        assert!(file["from"].is_string());
        told.push(path.to_owned());
    }
    let there = listing(&ran.path().join("a"));
    let there: Vec<String> =
        there.iter().filter(|(_, bytes)| bytes.is_some()).map(|(path, _)| path.display().to_string()).collect();
    told.sort_by_key(|path| std::path::PathBuf::from(path));
    assert_eq!(told, there);
    for key in ["stack", "digest", "services", "ports", "warnings", "replay", "next_steps"] {
        assert!(!data[key].is_null(), "{key}");
    }
}

#[test]
fn the_replay_command_needs_no_prompt_and_gives_the_same_bytes() {
    let first = restwell([
        "new",
        "it's mine",
        "--yes",
        "--name",
        "shop-api",
        "--database",
        "none",
        "--no-git",
        "--format",
        "json",
    ]);
    let first = first.exits(0);
    let replay = first.json()["data"]["replay"].as_str().expect("a line").to_owned();
    assert!(
        replay.starts_with(r"restwell new 'it'\''s mine' --name shop-api --database none --cache none "),
        "{replay}"
    );
    let again = shell(&replay).exits(0);
    assert_eq!(first.listing(), again.listing());
}

#[test]
fn a_replay_line_refuses_another_version() {
    let first = restwell(["new", "a", "--yes", "--dry-run", "--format", "json"]).exits(0);
    let replay = first.json()["data"]["replay"].as_str().expect("a line").to_owned();
    let (start, _) = replay.rsplit_once(' ').expect("it ends in a version");
    shell(&format!("{start} 9.9.9")).exits(2).says("error[RW0109]").writes_nothing();
}

#[test]
fn a_path_that_looks_like_a_flag_is_replayed_as_a_path() {
    let ran = restwell(["new", "--yes", "--dry-run", "--name", "x", "--format", "json", "--", "-x"]).exits(0);
    assert!(ran.json()["data"]["replay"].as_str().is_some_and(|line| line.starts_with("restwell new ./-x --name x ")));
}

#[test]
fn one_file_of_the_plan_can_be_shown() {
    let ran = restwell(["new", "shop-api", "--yes", "--show", "Cargo.toml"]).exits(0).says_only("").writes_nothing();
    let written = restwell(["new", "shop-api", "--yes", "--no-git"]).exits(0);
    assert_eq!(ran.stdout(), written.text("shop-api/Cargo.toml"));
    let ran =
        restwell(["new", "shop-api", "--yes", "--show", "Cargo.toml", "--format", "json"]).exits(0).writes_nothing();
    assert_eq!(ran.json()["data"]["text"], written.text("shop-api/Cargo.toml").as_str());
}

#[test]
fn a_file_that_is_not_in_the_plan_names_the_nearest() {
    restwell(["new", "a", "--yes", "--show", "Cargo.tml"])
        .exits(2)
        .says("error[RW0110]: the project has no file `Cargo.tml`\n  try: restwell new a --yes --show Cargo.toml\n")
        .writes_nothing();
}

#[test]
fn quiet_prints_nothing_and_verbose_lists_every_file() {
    restwell(["new", "a", "--yes", "--no-git", "-q"]).exits(0).says_only("").prints_nothing();
    restwell(["new", "a", "--yes", "--cache", "x", "-q"]).exits(2).says("error[RW0102]");
    restwell(["new", "a", "--yes", "--no-git", "-v"]).exits(0).says("  Cargo.lock  ").says("  restwell.toml  ");
}

#[test]
fn success_is_reported_once() {
    let ran = restwell(["new", "a", "--yes"]).exits(0);
    assert_eq!(ran.stderr().matches("created").count(), 1);
}

#[test]
fn a_quoted_word_survives_a_shell() {
    let words = [
        "a b", "it's", "''", "\"", "\\", "$HOME", "`id`", "!x", "*", "~", "#x", "a;b", "a|b", "a&b", "(a)", "{a,b}",
        "a\nb", "=x", "é", "%s", "-n", "[a]", "?", "a\tb", "^", "<x>",
    ];
    let script: Vec<String> =
        words.iter().map(|word| format!("printf '%s\\0' {}", restwell::command_line::quote(word))).collect();
    let ran = shell(&script.join("; ")).exits(0);
    let back: Vec<&str> = ran.stdout().split_terminator('\0').collect();
    assert_eq!(back, words);
}
