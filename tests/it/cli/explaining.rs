//! `list`, `explain`, `schema`, `variants`, `completions` and `man`.

use restwell::choice::{Choice, Value};
use restwell::error::CODES;
use restwell::rules::RULES;
use restwell::stack::Stack;

use super::session::restwell;

#[test]
fn every_code_can_be_explained() {
    for id in CODES.iter().map(|code| code.id).chain(RULES.iter().map(|rule| rule.code)) {
        let ran = restwell(["explain", id]).exits(0).says_only("").prints(&format!("{id}: "));
        assert!(ran.stdout().lines().count() >= 3, "{id}");
        let object = restwell(["explain", id, "--format", "json"]).exits(0).json();
        assert_eq!(object["data"]["code"], id);
    }
    restwell(["explain", "rw0301"]).exits(0).prints("RW0301: ");
}

#[test]
fn every_code_that_the_source_can_print_is_known() {
    let source = include_str!("../../../src/error.rs");
    let printed: Vec<&str> = source.split('"').filter(|word| word.len() == 6 && word.starts_with("RW0")).collect();
    assert!(printed.len() > 15);
    for code in printed {
        assert!(CODES.iter().any(|known| known.id == code), "{code}");
    }
}

#[test]
fn every_value_can_be_explained() {
    for value in Value::all() {
        restwell(["explain", &value.to_string()]).exits(0).prints(&format!("{value}: "));
        let object = restwell(["explain", &value.to_string(), "--format", "json"]).exits(0).json();
        assert_eq!(object["data"]["allowed"], true);
    }
}

#[test]
fn a_conflict_is_explained_with_every_reason_and_fix() {
    restwell(["explain", "database=none", "cache=memory"])
        .exits(0)
        .prints("because: without a database")
        .prints("try: restwell new shop-api --database none --cache none --yes\n");
    let object = restwell(["explain", "cache=memory", "database=none", "--format", "json"]).exits(0).json();
    assert_eq!(object["data"]["allowed"], false);
    assert_eq!(object["data"]["code"], "RW0301");
}

#[test]
fn an_unknown_word_suggests_the_nearest() {
    restwell(["explain", "RW0310"]).exits(2).says("error[RW0111]").says("try: restwell explain RW0");
    restwell(["explain", "cache=memroy"]).exits(2).says("try: restwell explain cache=memory\n");
    restwell(["explain", "cahce"]).exits(2).says("try: restwell explain cache\n");
    restwell(["explain", "cache=none", "cache=memory"]).exits(2).says("are values of the same choice");
}

#[test]
fn a_receipt_is_of_values_and_presets() {
    let receipt = |word: &str| restwell(["explain", "--receipt", word]);
    assert_eq!(receipt("postgres").exits(0).stdout(), receipt("database=postgres").exits(0).stdout());
    let ran = receipt("cache").exits(2).says("error[RW0111]: no receipt of `cache`\n");
    ran.says("because: a receipt is of values such as `cache=redis`, or of a preset\n")
        .says("  try: restwell explain --receipt cache=memory\n");
    // Both a cache and a limiter.
    receipt("redis").exits(2).says("no receipt of `redis`").says("  try: restwell explain --receipt cache=redis\n");
    receipt("postgers").exits(2).says("  try: restwell explain --receipt postgres\n");
    receipt("cache=rediss").exits(2).says("  try: restwell explain --receipt cache=redis\n");
    receipt("something-else").exits(2).says("  try: restwell list\n");
}

#[test]
fn every_key_of_an_answers_file_is_explained() {
    let ran = restwell(["explain", "RW0104"]).exits(0);
    for key in restwell::answers::EXTRA_KEYS {
        assert!(ran.stdout().contains(&format!("`{key}`")), "{key}");
    }
    assert!(!restwell(["explain", "RW0105"]).exits(0).stdout().contains("is not a string"));
}

#[test]
fn the_list_has_every_choice_value_and_rule() {
    let ran = restwell(["list"]).exits(0).says_only("");
    let object = restwell(["list", "--format", "json"]).exits(0).json();
    let choices = object["data"]["choices"].as_array().expect("choices");
    assert_eq!(choices.len(), Choice::ALL.len());
    for (&choice, told) in Choice::ALL.iter().zip(choices) {
        assert!(ran.stdout().contains(&format!("--{}", choice.id())));
        let values: Vec<&str> =
            told["values"].as_array().expect("values").iter().filter_map(|value| value["id"].as_str()).collect();
        assert_eq!(values, choice.values().iter().map(|value| value.id()).collect::<Vec<_>>());
    }
    for rule in RULES {
        assert!(ran.stdout().contains(rule.code));
    }
}

#[test]
fn the_list_says_what_a_value_adds() {
    let object = restwell(["list", "--format", "json"]).exits(0).json();
    let monitoring =
        object["data"]["choices"].as_array().expect("choices").iter().find(|choice| choice["id"] == "monitoring");
    let adds = &monitoring.expect("a choice")["values"][0]["adds"];
    let files = adds["files"].as_array().expect("files");
    assert!(files.iter().any(|file| file.as_str().is_some_and(|file| file.starts_with("ops/"))), "{adds}");
}

#[test]
fn the_schema_knows_every_key_and_value() {
    let ran = restwell(["schema"]).exits(0).says_only("");
    let schema: serde_json::Value = serde_json::from_str(ran.stdout()).expect("JSON");
    assert_eq!(schema["additionalProperties"], false);
    for choice in Choice::ALL {
        let words = schema["properties"][choice.id()]["oneOf"].as_array().expect("values");
        assert_eq!(words.len(), choice.values().len());
    }
    let wrapped = restwell(["schema", "--format", "json"]).exits(0).json();
    assert_eq!(wrapped["data"], schema);
}

#[test]
fn variants_are_data_for_a_matrix() {
    let count = |which: &str| {
        let object = restwell(["variants", which, "--format", "json"]).exits(0).json();
        let variants = object["data"]["variants"].as_array().expect("variants").clone();
        assert!(variants.iter().all(|variant| variant["id"].is_string() && variant["stack"].is_object()));
        variants.len()
    };
    assert_eq!(count("--all"), Stack::all().len());
    assert_eq!(count("--rust"), Stack::rust_distinct().len());
    assert!(count("--pairwise") <= count("--rust"));
    let ran = restwell(["variants", "--format", "github-matrix"]).exits(0);
    let matrix: serde_json::Value = serde_json::from_str(ran.stdout()).expect("JSON");
    assert_eq!(matrix["include"].as_array().map(Vec::len), Some(Stack::all().len()));
    restwell(["variants", "--all", "--rust"]).exits(2);
}

#[test]
fn completions_and_manual_pages_know_the_choices() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        restwell(["completions", shell]).exits(0).prints("monitoring").says_only("");
    }
    restwell(["completions", "bsah"]).exits(2).says("try:");
    restwell(["man"]).exits(0).prints(".TH");
    restwell(["man", "new"]).exits(0).prints("monitoring");
    restwell(["man", "nwe"]).exits(2).says("new");
    restwell(["completions", "bash", "--format", "json"]).exits(0).json();
    restwell(["man", "--format", "json"]).exits(0).json();
}
