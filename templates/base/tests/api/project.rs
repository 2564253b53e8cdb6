//! The files beside the code agree with it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use app::config::Config;
use clap::CommandFactory;

use crate::support::process::run;

pub fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[tokio::test]
async fn openapi_json_is_what_the_binary_prints() {
    let ended = run(&["openapi"], &[]).await;
    assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
    assert!(ended.stdout.join("\n") + "\n" == file("openapi.json"), "run `just openapi` and read what changed");
}

#[test]
fn env_example_lists_every_setting_with_its_default() {
    let file = file(".env.example");
    let written: BTreeMap<&str, &str> = (file.lines())
        .map(|line| line.trim_start_matches("# "))
        .filter_map(|line| line.split_once('='))
        .filter(|(name, _)| name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_'))
        .collect();
    let command = Config::command();
    let read: BTreeMap<&str, Option<&str>> = (command.get_arguments())
        .filter_map(|argument| {
            let default = argument.get_default_values().first();
            Some((argument.get_env()?.to_str()?, default.and_then(|value| value.to_str())))
        })
        .collect();
    assert!(!read.is_empty());
    // A setting without a default has a value for development there, or none.
    let defaults = written.iter().map(|(name, value)| (*name, read.get(name).copied().flatten().and(Some(*value))));
    assert_eq!(defaults.collect::<BTreeMap<_, _>>(), read);
    let variables = written.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    if let Err(error) = Config::read(["app".into()], &variables) {
        panic!("copied to .env, it does not start: {error}");
    }
}

/// The commands in the `sh` blocks of AGENTS.md; each starts with `just` or `cargo`.
fn agents_commands() -> Vec<String> {
    let file = file("AGENTS.md");
    let blocks = file.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().expect("a block").lines());
    let commands = lines.map(|line| line.split('#').next().expect("a line").trim());
    commands.filter(|command| !command.is_empty()).map(String::from).collect()
}

#[test]
fn commands_in_agents_md_exist() {
    let recipes = file("justfile");
    let commands = agents_commands();
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words[..] {
            ["just", recipe, ..] => {
                let defines = |line: &str| {
                    let name = line.split([' ', ':']).next();
                    line.contains(':') && name == Some(recipe)
                };
                assert!(recipes.lines().any(defines), "the justfile has no recipe `{recipe}`");
            }
            ["cargo", tool, ..] => {
                let cargo = Command::new(env!("CARGO")).args([tool, "-h"]).output().unwrap();
                assert!(cargo.status.success(), "cargo has no command `{tool}`");
            }
            _ => panic!("`{command}` is neither `just` nor `cargo`"),
        }
    }
}

/// The Rust files below `folder` outside `src/platform`: the path of each module and its text.
fn modules(folder: &Path, parent: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").display().to_string();
        if path.extension().is_some() {
            found.push((format!("{parent}{name}"), std::fs::read_to_string(&path).expect("a text")));
        } else if name != "platform" {
            found.extend(modules(&path, &format!("{parent}{name}::")));
        }
    }
    found
}

/// Checks the rule of AGENTS.md that an endpoint is a file and its `merge` line.
#[test]
fn every_router_is_merged() {
    let app = file("src/app.rs");
    let routers = modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "");
    let routers = routers.into_iter().filter(|(_, text)| text.contains("pub fn router() -> OpenApiRouter"));
    let names: Vec<String> = routers.map(|(name, _)| name).collect();
    assert!(names.contains(&"greet".to_owned()), "{names:?}");
    for name in names {
        assert!(app.contains(&format!("{name}::router()")), "src/app.rs does not merge {name}");
    }
}

#[test]
fn the_paths_that_agents_md_names_exist() {
    let agents = file("AGENTS.md");
    let quoted = agents.split('`').skip(1).step_by(2);
    let paths: Vec<&str> = quoted.filter(|quoted| quoted.contains('/') && !quoted.contains(' ')).collect();
    assert!(paths.len() >= 5, "{paths:?}");
    for path in paths {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "there is no {path}");
    }
}
