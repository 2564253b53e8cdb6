//! `policy check`: the rules of a team over a project.

use std::fs;

use serde_json::Value as Json;

use super::project::inside;
use super::session::{Ran, restwell};

const POLICY: &str = r#"minimum-version = "0.1.0"
unchanged = [".github/**", "deny.toml"]

[choices]
database = ["postgres", "sqlite"]
auth = "jwt"
"#;

fn project() -> Ran {
    restwell(["new", "shop-api", "--preset", "standard", "--auth", "jwt", "--no-git"])
        .file("policy.toml", POLICY)
        .exits(0)
}

/// A project that breaks every kind of rule.
fn broken() -> Ran {
    let project = project();
    let root = project.path().join("shop-api");
    let text = fs::read_to_string(root.join("deny.toml")).expect("there");
    fs::write(root.join("deny.toml"), text + "# ours\n").expect("written");
    fs::remove_file(root.join(".github/dependabot.yml")).expect("removed");
    inside(&project, ["set", "auth=none", "--no-check"]).exits(0);
    // What is the user's must not drift either.
    inside(&project, ["release", "deny.toml"]).exits(0);
    fs::write(project.path().join("policy.toml"), POLICY.replace("0.1.0", "99.0.0")).expect("written");
    project
}

#[test]
fn a_project_that_keeps_the_rules_passes_in_every_format() {
    let project = project();
    let policy = "../policy.toml";
    inside(&project, ["policy", "check", policy]).exits(0).says("breaks no rule").prints_nothing().writes_nothing();
    let ran = inside(&project, ["policy", "check", policy, "--format", "json"]).exits(0).json();
    assert_eq!(ran["data"]["name"], "shop-api");
    let sarif = inside(&project, ["policy", "check", policy, "--format", "sarif"]).exits(0).says_only("");
    let sarif: Json = serde_json::from_str(sarif.stdout()).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    let run = inside(&project, ["policy", "check", "-"]);
    run.stdin("[choices]\nci = \"none\"\n").exits(6).says("because: `ci=github` is not allowed; allowed: none");
}

#[test]
fn each_broken_rule_is_named_with_the_command_that_mends_it() {
    let project = broken();
    let ran = inside(&project, ["policy", "check", "../policy.toml"]).exits(6).writes_nothing();
    let ran = ran.says("error[RW0902]: the project breaks `../policy.toml`");
    let version = env!("CARGO_PKG_VERSION");
    let ran = ran.says(&format!("restwell {version} was applied, and 99.0.0 is required"));
    let ran = ran.says("`auth=none` is not allowed; allowed: jwt").says("`deny.toml` is edited");
    let ran = ran.says("`.github/dependabot.yml` is deleted");
    let ran = ran.says("help: install restwell 99.0.0 or newer, then run: restwell update\n");
    ran.says("restwell set auth=jwt\n")
        .says("restwell adopt deny.toml\n")
        .says("restwell adopt .github/dependabot.yml\n");
    let object = inside(&project, ["policy", "check", "../policy.toml", "--format", "json"]).exits(6).json();
    assert_eq!(object["error"]["reasons"].as_array().map(Vec::len), Some(4));
    for fix in ["set auth=jwt --no-check", "adopt deny.toml", "adopt .github/dependabot.yml"] {
        let mut run = inside(&project, []);
        run.command().args(fix.split(' '));
        run.exits(0);
    }
    fs::write(project.path().join("policy.toml"), POLICY).expect("written");
    inside(&project, ["policy", "check", "../policy.toml"]).exits(0);
}

#[test]
fn sarif_has_a_result_with_a_place_for_each() {
    let project = broken();
    let ran = inside(&project, ["policy", "check", "../policy.toml", "--format", "sarif"]).exits(6);
    let ran = ran.says("error[RW0902]");
    let sarif: Json = serde_json::from_str(ran.stdout()).expect("JSON");
    assert_eq!((&sarif["version"], &sarif["runs"][0]["tool"]["driver"]["name"]), (&"2.1.0".into(), &"restwell".into()));
    let rules: Vec<&Json> = sarif["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|rule| &rule["id"])
        .collect();
    let results = sarif["runs"][0]["results"].as_array().expect("a list");
    let place = |result: &Json| {
        assert!(rules.contains(&&result["ruleId"]) && result["level"] == "error", "{result}");
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        uri.as_str().expect("a path").to_owned()
    };
    let places: Vec<String> = results.iter().map(place).collect();
    assert_eq!(places, [".restwell/base", "restwell.toml", ".github/dependabot.yml", "deny.toml"]);
}

#[test]
fn a_mistake_in_a_policy_is_an_error() {
    let project = project();
    for (text, says) in [
        ("minimum-version = 1\n", "`minimum-version` is no string"),
        ("minimum-version = \"1.x\"\n", "`1.x` is no version such as `1.2.0`"),
        ("minimum = \"1.0.0\"\n", "unknown key `minimum`"),
        ("[choices]\ncahce = \"redis\"\n", "unknown key `choices.cahce`; did you mean `cache`?"),
        ("[choices]\ncache = \"reddis\"\n", "`reddis` is no value of `cache`; valid: memory, redis"),
        ("[choices]\ncache = []\n", "`choices.cache` is neither a value nor a list of values"),
        ("unchanged = \"a\"\n", "`unchanged` is no list of paths"),
        ("unchanged = [\"a***\"]\n", "`a***` is not a pattern"),
        ("unchanged = \n", "is not a valid policy"),
    ] {
        let run = inside(&project, ["policy", "check", "-"]).stdin(text);
        run.exits(2).says("error[RW0115]").says(says).writes_nothing();
    }
    inside(&project, ["policy", "check", "../none.toml"]).exits(2).says("error[RW0106]");
    inside(&project, ["policy", "chek", "../policy.toml"]).exits(2).says("restwell policy check ../policy.toml");
    project.then(["policy", "check", "policy.toml"]).exits(1).says("error[RW0603]");
}

/// The example of the page for platform teams is a valid policy.
#[test]
fn the_documented_policy_is_valid() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/platform.md")).expect("there");
    let (_, rest) = page.split_once("```toml\n").expect("a sample");
    let (sample, _) = rest.split_once("```").expect("it ends");
    let project = restwell(["new", "shop-api", "--preset", "scale", "--auth", "jwt", "--no-git"]).exits(0);
    inside(&project, ["policy", "check", "-"]).stdin(sample).exits(0);
}
