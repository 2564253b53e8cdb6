//! Similar words: flags of other tools, variables of other programs, other names for commands.

use super::session::{restwell, shell};

#[test]
fn flags_of_other_tools_are_recognised() {
    let nearest = |flag: &str, meant: &str| {
        restwell(["new", "a", "--yes", flag, "none"])
            .exits(2)
            .says(&format!("try: restwell new a --yes {meant} none\n"));
    };
    nearest("--db", "--database");
    nearest("--databse", "--database");
    nearest("--rate-limit", "--limiter");
    nearest("--metrics", "--monitoring");
    restwell(["new", "a", "--yes", "--zz"]).exits(2).says("try: restwell help new\n");
}

#[test]
fn commands_of_other_tools_are_recognised() {
    let nearest = |words: [&str; 2], meant: &str| {
        restwell(words).exits(2).says("error[RW0107]").says(&format!("try: {meant}\n")).writes_nothing();
    };
    nearest(["init", "shop"], "restwell new shop --yes");
    nearest(["create", "shop"], "restwell new shop --yes");
    nearest(["generate", "shop"], "restwell new shop --yes");
    nearest(["version", "-q"], "restwell --version --quiet");
    nearest(["wings", "shop"], "restwell help");
    restwell(["init"]).exits(2).says("try: restwell new . --yes\n");
}

#[test]
fn several_topics_can_be_explained_at_once() {
    restwell(["explain", "cache"]).exits(0).prints("Where are reads cached?").prints("  memcached ");
    restwell(["explain", "redis"]).exits(0).prints("cache=redis: ").prints("limiter=redis: ");
    restwell(["explain", "standard"]).exits(0).prints("standard: ").prints("  database    sqlite\n");
    restwell(["explain", "RW0301", "RW0302"]).exits(0).prints("RW0301: ").prints("\n\nRW0302: ");
    let object = restwell(["explain", "cache", "RW0301", "cache=none", "--format", "json"]).exits(0).json();
    let topics = object["data"]["topics"].as_array().expect("topics");
    assert_eq!(topics.len(), 3);
    assert_eq!(topics[0]["id"], "cache");
    assert_eq!(topics[1]["code"], "RW0301");
    assert_eq!(topics[2]["values"][0]["value"], "cache=none");
    restwell(["explain", "cache", "wings"]).exits(2).says("no explanation for `wings`");
}

#[test]
fn help_is_an_object_too() {
    for words in [["help", "--format", "json"], ["--help", "--format", "json"], ["--format", "json", "-h"]] {
        let object = restwell(words).exits(0).json();
        assert_eq!(object["command"], "help");
        assert!(object["data"]["text"].as_str().is_some_and(|text| text.contains("Usage: restwell")));
    }
    assert_eq!(restwell(["help", "new", "--format", "json"]).exits(0).json()["command"], "help");
    assert_eq!(restwell(["--version", "--format", "json"]).exits(0).json()["command"], "version");
    let (help, flag) = (restwell(["help", "new"]).exits(0), restwell(["new", "--help"]).exits(0));
    assert_eq!(help.stdout(), flag.stdout());
}

#[test]
fn help_fits_a_hundred_columns() {
    let commands = ["new", "list", "explain", "schema", "variants", "completions", "man", "help"];
    let mut pages: Vec<String> =
        commands.iter().map(|name| restwell(["help", name]).exits(0).stdout().to_owned()).collect();
    pages.push(restwell(["help"]).exits(0).stdout().to_owned());
    pages.push(restwell([]).exits(2).stderr().to_owned());
    pages.push(restwell(["list"]).exits(0).stdout().to_owned());
    pages.extend(
        ["cache", "redis", "standard", "RW0105"].map(|word| restwell(["explain", word]).exits(0).stdout().to_owned()),
    );
    for page in pages {
        let widest = page.lines().max_by_key(|line| line.chars().count()).expect("lines");
        assert!(widest.chars().count() <= 100, "{widest}");
    }
}

#[test]
fn a_format_is_offered_only_by_its_command() {
    assert!(!restwell(["help", "new"]).exits(0).stdout().contains("github-matrix"));
    restwell(["help", "variants"]).exits(0).prints("github-matrix");
    for name in ["bash", "fish", "zsh"] {
        let script = restwell(["completions", name]).exits(0).stdout().to_owned();
        let offers = script.matches("github-matrix").count();
        assert!((1..=2).contains(&offers), "{name}: {offers}");
    }
}

#[test]
fn an_unknown_variable_is_a_warning() {
    let run = restwell(["new", "a", "--preset", "minimal", "--no-git", "--format", "json"]);
    let ran = run.env("RESTWELL_SERVICE_HOST", "10.0.0.1").env("RESTWELL_PORT_80_TCP", "x").exits(0);
    let object = ran.json();
    let warnings = object["data"]["warnings"].as_array().expect("warnings");
    assert_eq!(warnings.len(), 2);
    assert_eq!(warnings[1], "the variable `RESTWELL_SERVICE_HOST` is not known to restwell and has no effect");
    restwell(["list"]).env("RESTWELL_SERVICE_HOST", "10.0.0.1").exits(0).says("warning: the variable");
    restwell(["list", "--format", "json"]).env("RESTWELL_SERVICE_HOST", "10.0.0.1").exits(0).json();
}

#[test]
fn an_empty_variable_is_unset() {
    let run = restwell(["new", "a", "--dry-run", "--yes", "--format", "json"]);
    let run = run
        .env("RESTWELL_CACHE", "")
        .env("RESTWELL_PRESET", "")
        .env("RESTWELL_NAME", "")
        .env("RESTWELL_NON_INTERACTIVE", "");
    let object = run.exits(0).json();
    assert_eq!(object["data"]["origins"]["cache"], "default");
    assert_eq!(object["data"]["name"], "a");
}

#[test]
fn preset_and_name_can_be_variables() {
    let run = || {
        restwell(["new", "--no-git", "--format", "json"]).env("RESTWELL_PRESET", "minimal").env("RESTWELL_NAME", "shop")
    };
    let ran = run().exits(0);
    assert_eq!(ran.json()["data"]["origins"]["cache"], "preset");
    assert!(ran.text("shop/Cargo.toml").contains("name = \"shop\""));
    let words = ["new", "x", "--preset", "standard", "--name", "z", "--dry-run", "--format", "json"];
    let run = restwell(words).env("RESTWELL_PRESET", "minimal").env("RESTWELL_NAME", "shop");
    let object = run.exits(0).json();
    assert_eq!((&object["data"]["name"], &object["data"]["stack"]["cache"]), (&"z".into(), &"memory".into()));
    let file = "preset = \"standard\"\nname = \"filed\"\n";
    let run = restwell(["new", "x", "--answers", "f.toml", "--dry-run", "--format", "json"]).file("f.toml", file);
    let object = run.env("RESTWELL_PRESET", "minimal").env("RESTWELL_NAME", "shop").exits(0).json();
    assert_eq!((&object["data"]["name"], &object["data"]["stack"]["cache"]), (&"shop".into(), &"none".into()));
}

#[test]
fn without_a_path_or_a_name_new_prompts_or_exits_with_4() {
    restwell(["new", "--yes"])
        .exits(4)
        .says("error[RW0402]")
        .says("try: restwell new --yes shop-api\n")
        .writes_nothing();
    let ran = restwell(["new", "--yes", "--no-git", "--name", "shop"]).exits(0);
    assert_eq!(ran.names(""), ["shop"]);
}

#[test]
fn all_mistakes_of_an_answers_file_are_reported_at_once() {
    let text = "cahce = \"none\"\ndatabase = \"sqlit\"\nci = 3\nlimiter = \"wings\"\npreset = \"minimall\"\n";
    let ran = restwell(["new", "a", "--yes", "--answers", "x.toml"]).file("x.toml", text).exits(2).writes_nothing();
    ran.says("error[RW0105]: `x.toml` has 5 mistakes\n")
        .says("line 1: unknown key `cahce`; did you mean `cache`?\n")
        .says("line 2: invalid value `sqlit` for `database`; did you mean `database = \"sqlite\"`?\n")
        .says("line 3: `ci` is an integer, not a string\n")
        .says("line 4: invalid value `wings` for `limiter`; valid values: `memory`, `redis`, `none`\n")
        .says("line 5: invalid value `minimall` for `preset`; did you mean `preset = \"minimal\"`?\n");
    let text = "cahce = \"none\"\ndatabsae = \"sqlite\"\n";
    restwell(["new", "a", "--yes", "--answers", "-"]).stdin(text).exits(2).says("error[RW0104]").says("2 mistakes");
}

#[test]
fn a_value_is_reported_in_the_syntax_of_its_source() {
    let run = restwell(["new", "a", "--yes", "--cache", "memory"]).env("RESTWELL_DATABASE", "none");
    run.exits(3).says("`--cache memory` cannot be used with `RESTWELL_DATABASE=none`\n");
    let run =
        restwell(["new", "a", "--yes", "--answers", "-"]).env("RESTWELL_CACHE", "redis").stdin("database = \"none\"\n");
    run.exits(3).says("`RESTWELL_CACHE=redis` cannot be used with `database = \"none\"` of the answers file\n");
}

#[test]
fn no_reason_is_a_raw_rust_message() {
    let odd = ["entity not found", "pathBuf", "PathBuf", "os error", "Utf8", "kind:", "invalid UTF-8 was"];
    let scripts = [
        "restwell new x/../a --yes",
        "restwell new \"$(printf 'caf\\351')\" --yes",
        "restwell new a --answers \"$(printf 'caf\\351')\"",
        "mkdir gone; cd gone; rmdir ../gone; restwell new a --yes",
        "restwell new /proc/a --yes",
        "restwell new /dev/null/a --yes",
        "restwell new a --yes --answers /dev/null/x",
        "ln -s b c; ln -s c b; restwell new b/a --yes",
        "mkdir d; chmod 0 d; restwell new d/x/a --yes --dry-run --format json; false",
        "printf 'caf\\351' > x; restwell new a --answers x",
        "restwell list > /dev/full",
        "restwell new $(printf 'a%.0s' $(seq 300)) --yes",
    ];
    for script in scripts {
        let mut run = shell(script);
        let output = run.command().output().expect("it starts");
        assert!(!output.status.success(), "{script}");
        let said = String::from_utf8_lossy(&output.stderr);
        for word in odd {
            assert!(!said.contains(word), "{script}\n{said}");
        }
        assert!(!said.contains("every name for a staging folder"), "{script}\n{said}");
    }
}
