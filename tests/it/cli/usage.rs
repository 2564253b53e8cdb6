//! Usage errors: reported with a suggestion, never ignored.

use super::session::restwell;

#[test]
fn a_misspelt_flag_names_the_nearest() {
    restwell(["new", "shop-api", "--yes", "--cahce", "none"])
        .exits(2)
        .says_only("error[RW0101]: unknown flag `--cahce`\n  try: restwell new shop-api --yes --cache none\nhelp: `restwell explain RW0101`\n")
        .prints_nothing()
        .writes_nothing();
}

#[test]
fn a_misspelt_value_names_the_nearest() {
    restwell(["new", "shop-api", "--yes", "--cache", "memroy"])
        .exits(2)
        .says(
            "error[RW0102]: invalid value `memroy` for `--cache`\n  try: restwell new shop-api --yes --cache memory\n",
        )
        .writes_nothing();
}

#[test]
fn an_unrecognisable_value_lists_the_valid_ones() {
    restwell(["new", "shop-api", "--yes", "--database", "cassandra"])
        .exits(2)
        .says("because: valid values: `sqlite`, `postgres`, `none`")
        .writes_nothing();
}

#[test]
fn a_misspelt_preset_names_the_nearest() {
    restwell(["new", "shop-api", "--preset", "minimall"])
        .exits(2)
        .says("try: restwell new shop-api --preset minimal\n")
        .writes_nothing();
}

#[test]
fn a_misspelt_command_names_the_nearest() {
    restwell(["nwe", "shop-api"])
        .exits(2)
        .says("error[RW0107]")
        .says("try: restwell new shop-api --yes\n")
        .writes_nothing();
}

#[test]
fn missing_repeated_and_unexpected_arguments_are_reported() {
    restwell(["new"]).exits(4).says("error[RW0402]: the path of the project is missing").writes_nothing();
    restwell([]).exits(2).says("Usage: restwell [OPTIONS] <COMMAND>").says("a command is missing").prints_nothing();
    restwell(["new", "a", "--cache"]).exits(2).says("`--cache` needs a value");
    restwell(["new", "a", "--cache", ""]).exits(2).says("`--cache` needs a value");
    restwell(["new", "a", "b"]).exits(2).says("unexpected argument `b`").writes_nothing();
    restwell(["generate"]).exits(2).says("`<WHAT>`, `<NAME>`, `<FIELD>...` are missing");
    restwell(["remove", "resource"]).exits(2).says("`<NAME>` is missing");
    restwell(["policy", "nope", "a"]).exits(2).says("invalid value `nope` for `<ACTION>`");
    restwell(["new", "a", "--cache", "none", "--cache", "memory"]).exits(2).says("`--cache` is given more than once");
    restwell(["new", "a", "--cache", "none", "--yes", "--cache", "memory"])
        .exits(2)
        .says("try: restwell new a --yes --cache memory\n");
    restwell(["shop-api", "--yes"]).exits(2).says("try: restwell new shop-api --yes\n");
    restwell(["newapi", "--yes"]).exits(2).says("try: restwell new newapi --yes\n");
    restwell(["fn", "--yes"]).exits(2).says("try: restwell help\n");
    restwell(["new", "a", "-q", "-v"]).exits(2).says("cannot be used with");
    restwell(["explain"]).exits(2).says("is missing");
}

#[test]
fn yes_can_be_combined_with_every_flag() {
    restwell([
        "new", "a", "--yes", "--preset", "minimal", "--ci", "github", "--name", "b", "--no-git", "--plain", "-q",
    ])
    .exits(0)
    .says_only("")
    .prints_nothing();
}

#[test]
fn json_is_used_even_for_an_invalid_line() {
    for words in [
        ["new", "a", "--format", "json", "--cahce"],
        ["new", "--format=json", "a", "--cache", "memroy"],
        ["--format", "json", "new", "a", "b"],
        ["--format", "json", "nwe", "a", "b"],
        ["--format", "json", "explain", "RW9999", "-q"],
        ["--format", "json", "new", "fn", "--yes"],
    ] {
        let ran = restwell(words).exits(2).writes_nothing();
        assert!(ran.json()["error"]["code"].as_str().is_some_and(|code| code.starts_with("RW0")));
    }
    assert_eq!(restwell(["--format", "json", "list", "--cahce"]).exits(2).json()["command"], "list");
    assert_eq!(restwell(["--format", "json", "lits"]).exits(2).json()["command"], serde_json::Value::Null);
    assert_eq!(restwell(["--format", "json"]).exits(2).json()["error"]["code"], "RW0108");
}

#[test]
fn colour_is_as_asked_for_even_for_an_invalid_line() {
    for words in [["--color", "always", "nwe"], ["nwe", "--color=always", "a"], ["list", "--wings", "--color=always"]] {
        restwell(words).exits(2).says("\u{1b}[").prints_nothing();
        restwell(words).env("NO_COLOR", "1").exits(2).says("\u{1b}[");
    }
    for words in [["--color", "never", "nwe"], ["nwe", "--color=never", "a"]] {
        restwell(words).env("CLICOLOR_FORCE", "1").exits(2).never_says("\u{1b}[");
    }
    restwell(["nwe", "--color", "blue"]).exits(2).never_says("\u{1b}[");
    restwell(["nwe", "--", "--color", "always"]).exits(2).never_says("\u{1b}[");
}

#[test]
fn words_after_two_dashes_are_not_flags() {
    restwell(["explain", "--", "--format", "json"]).exits(2).says("error[RW").prints_nothing();
}

#[test]
fn a_value_of_another_command_is_refused() {
    restwell(["list", "--format", "github-matrix"]).exits(2).says("invalid value `github-matrix` for `--format`");
}

#[test]
fn another_version_than_expected_is_refused_before_anything_else() {
    restwell(["new", "a", "--yes", "--expect-version", "0.0.1"])
        .exits(2)
        .says("error[RW0109]")
        .says("`0.0.1` was expected")
        .writes_nothing();
    restwell(["new", "a", "--yes", "--no-git", "--expect-version", env!("CARGO_PKG_VERSION")]).exits(0);
}

#[test]
fn help_and_version_are_data() {
    restwell(["--version"]).exits(0).prints(concat!("restwell ", env!("CARGO_PKG_VERSION"), "\n")).says_only("");
    restwell(["--help"]).exits(0).prints("Usage: restwell").says_only("");
    let ran = restwell(["new", "--help"]).exits(0).says_only("");
    for flag in ["--database", "--cache", "--preset", "--answers", "--dry-run", "--expect-version"] {
        assert!(ran.stdout().contains(flag), "{flag}");
    }
    let ran = restwell(["new", "--help", "--format", "json"]).exits(0);
    assert!(ran.json()["data"]["text"].as_str().is_some_and(|text| text.contains("--database")));
}

#[test]
fn an_empty_path_is_an_error() {
    restwell(["new", "", "--yes"]).exits(2).says("`<PATH>` is empty").writes_nothing();
}
