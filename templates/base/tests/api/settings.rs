//! Each setting by its rule: which values it accepts, which it refuses, and that no message repeats the value. The values
//! are in `tests/settings/`, one file for each part of the service.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use app::config::Config;
use app::platform::{server, settings::Environment};
use clap::CommandFactory;
use serde::Deserialize;

use crate::support::process::{run, run_in};

/// Invalid durations, whatever the setting.
const INVALID_TIMES: [&str; 8] =
    ["soon", "10", "-1s", "10 parsecs", "1001y", "99999999999999999999s", "584942417356y", "s"];

/// The rule of a setting, by values that it accepts and values that it refuses.
#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    is_time: bool,
    #[serde(default)]
    refused: Vec<String>,
    accepted: Vec<String>,
}

impl Rule {
    /// The values that it refuses, in groups that break the same rule.
    fn refused(&self) -> Vec<Vec<&str>> {
        let own: Vec<&str> = self.refused.iter().map(String::as_str).collect();
        let times = if self.is_time { INVALID_TIMES.to_vec() } else { Vec::new() };
        [own, times].into_iter().filter(|group| !group.is_empty()).collect()
    }
}

/// The rules in the files of `tests/settings/`, by the name of the setting.
fn rules() -> BTreeMap<String, Rule> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/settings");
    let mut rules = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a text");
        let of_file = serde_json::from_str::<BTreeMap<String, Rule>>(&text);
        for (name, rule) in of_file.unwrap_or_else(|error| panic!("{}: {error}", path.display())) {
            assert!(rules.insert(name.clone(), rule).is_none(), "{name} has two rules");
        }
    }
    rules
}

/// Reads these variables for a command that requires no setting.
fn read(variables: &[(&str, &OsStr)]) -> Result<Config, clap::Error> {
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Config::read(["app", "openapi"].map(OsString::from), &variables.collect())
}

fn refusal(name: &str, value: &OsStr) -> String {
    let error = read(&[(name, value)]).err().unwrap_or_else(|| panic!("{name}={} is accepted", value.display()));
    assert_eq!(error.exit_code(), 2);
    error.to_string()
}

/// The names of all settings, and whether an empty variable is refused.
fn settings() -> Vec<(String, bool)> {
    let mut command = Config::command();
    command.build();
    let setting = |argument: &clap::Arg| {
        let name = argument.get_env()?.to_str()?.to_owned();
        let refuses_empty = name.ends_with("_URL") && !argument.get_default_values().is_empty();
        Some((name, refuses_empty))
    };
    command.get_arguments().filter_map(setting).collect()
}

#[test]
fn invalid_values_are_refused_by_name_and_not_repeated() {
    for (name, rule) in rules() {
        for values in rule.refused() {
            for (value, other) in values.iter().zip(values.iter().cycle().skip(1)) {
                let said = refusal(&name, OsStr::new(value));
                assert!(said.starts_with(&format!("error: {name}: ")), "{name}={value}: {said}");
                // Text that is also in the message for another value is part of the rule.
                let repeated = !value.is_empty() && said.contains(value);
                assert!(!repeated || refusal(&name, OsStr::new(other)).contains(value), "{name}={value}: {said}");
            }
        }
    }
}

#[test]
fn unusual_but_valid_values_are_accepted() {
    for (name, rule) in rules() {
        for value in &rule.accepted {
            if let Err(error) = read(&[(&name, OsStr::new(value))]) {
                panic!("{name}={value}: {error}");
            }
        }
    }
}

#[test]
fn every_setting_has_a_rule_and_an_example_of_each_kind() {
    let rules = rules();
    let names: BTreeSet<String> = settings().into_iter().map(|(name, _)| name).collect();
    assert_eq!(rules.keys().cloned().collect::<BTreeSet<_>>(), names);
    for (name, rule) in rules {
        assert!(!rule.refused().is_empty() && !rule.accepted.is_empty(), "{name}");
    }
}

#[test]
fn an_empty_variable_counts_as_absent_except_a_url_with_a_default() {
    for (name, refuses_empty) in settings() {
        let read = read(&[(&name, OsStr::new(""))]);
        assert_eq!(read.is_err(), refuses_empty, "{name}: {:?}", read.err());
    }
}

#[test]
fn values_that_are_not_utf8_are_refused_by_name() {
    for (name, _) in settings() {
        let said = refusal(&name, OsStr::from_bytes(b"10\xff"));
        assert!(said.contains(&format!("{name}: not UTF-8")), "{said}");
    }
}

#[test]
fn all_problems_are_named_at_once_wherever_they_come_from() {
    let rules = rules();
    let all = rules.iter().map(|(name, rule)| (name.as_str(), OsStr::new(rule.refused()[0][0])));
    let variables: Vec<_> = all.collect();
    let said = read(&variables).err().expect("every value is invalid").to_string();
    let lines = said.lines().take_while(|line| !line.is_empty()).count();
    assert_eq!(lines, settings().len(), "{said}");
    for (name, _) in &variables {
        assert!(said.contains(&format!("{name}: ")), "{said}");
    }
    let arguments = ["app", "--port=eighty", "serve", "--log-format=shiny"].map(OsString::from);
    let environment = Environment::from_iter([("PORT".into(), "80".into()), ("RUST_LOG".into(), "inof".into())]);
    let said = Config::read(arguments, &environment).err().expect("three values are invalid").to_string();
    for name in ["PORT: ", "LOG_FORMAT: ", "RUST_LOG: "] {
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn a_flag_is_the_name_of_its_variable_in_kebab_case() {
    for argument in Config::command().get_arguments() {
        if let (Some(name), Some(flag)) = (argument.get_env().and_then(OsStr::to_str), argument.get_long()) {
            assert_eq!(flag, name.to_lowercase().replace('_', "-"));
        }
    }
}

#[test]
fn a_flag_overrides_a_variable_wherever_it_stands() {
    let variables = [("PORT", "1"), ("CORS_ORIGINS", "https://a")];
    let environment = variables.map(|(name, value)| (name.into(), value.into())).into_iter().collect();
    let port = |arguments: &[&str]| {
        let arguments = [&["app"], arguments, &["openapi"]].concat();
        Config::read(arguments.into_iter().map(Into::into), &environment).expect("valid").platform.server.port
    };
    assert_eq!((port(&[]), port(&["--port=2"]), port(&["--port=2", "--port", "3"])), (1, 2, 3));
    let arguments = ["app", "openapi", "--port=4", "--cors-origins="].map(OsString::from);
    let settings = Config::read(arguments, &environment).expect("valid").platform;
    assert_eq!(
        (settings.server.port, settings.guard.cors_origins.len()),
        (4, 0),
        "an empty flag stands for the default"
    );
}

#[test]
fn the_two_ports_must_differ() {
    let said = read(&[("PORT", OsStr::new("9000")), ("ADMIN_PORT", OsStr::new("9000"))]).err().expect("refused");
    assert!(said.to_string().contains("ADMIN_PORT: the same as PORT"), "{said}");
    assert!(read(&[("PORT", OsStr::new("0")), ("ADMIN_PORT", OsStr::new("0"))]).is_ok(), "both pick a free one");
    let said = read(&[("PORT", OsStr::new("eighty")), ("ADMIN_PORT", OsStr::new("8080"))]).err().expect("refused");
    assert!(!said.to_string().contains("ADMIN_PORT"), "the default contradicts nothing: {said}");
}

#[tokio::test]
async fn the_admin_port_may_listen_on_another_address() {
    let addresses = |more: &[&str]| {
        let given: &[&str] = &["app", "--host=127.0.0.1", "--port=0", "--admin-port=0"];
        // It needs no other setting.
        let arguments = [given, more, &["openapi"]].concat();
        let config = Config::read(arguments.into_iter().map(Into::into), &Environment::default()).expect("valid");
        let listeners = server::listen(&config.platform.server).expect("free ports");
        listeners.map(|listener| listener.local_addr().expect("it listens").ip().to_string())
    };
    assert_eq!(addresses(&[]), ["127.0.0.1", "127.0.0.1"]);
    assert_eq!(addresses(&["--admin-host=0.0.0.0"]), ["127.0.0.1", "0.0.0.0"]);
}

/// The names of the settings that may hold a secret.
fn secrets() -> Vec<String> {
    let command = Config::command();
    let secrets = command.get_arguments().filter(|argument| argument.is_hide_env_values_set());
    secrets.map(|secret| secret.get_env().and_then(OsStr::to_str).expect("a variable").to_owned()).collect()
}

#[test]
fn a_secret_may_be_in_a_file() {
    let (rules, home) = (rules(), folder(b""));
    for name in secrets() {
        let (variable, path) = (format!("{name}_FILE"), home.join(&name));
        let valid = &rules[&name].accepted[0];
        fs::write(&path, format!("{valid}\n")).expect("a new file");
        let given = |other: &str| read(&[(&variable, path.as_os_str()), (&name, OsStr::new(other))]);
        assert!(given("").is_ok(), "{variable}: {:?}", given("").err());
        let both = given(valid).err().unwrap_or_else(|| panic!("{name} and {variable} are accepted"));
        assert!(both.exit_code() == 2 && both.to_string().contains(&format!("{name}: set, and {variable} as well")));
        fs::write(&path, "open sesame").expect("it was there");
        let said = given("").err().unwrap_or_else(|| panic!("{variable} is not checked")).to_string();
        assert!(said.contains(&format!("{name}: ")) && !said.contains("sesame"), "{said}");
        fs::remove_file(&path).expect("it was there");
        let said = given("").err().unwrap_or_else(|| panic!("{variable} is missing and accepted")).to_string();
        assert!(said.contains(&format!("{variable}: the file cannot be read")), "{said}");
    }
    // The file of any other setting is not read.
    assert!(read(&[("PORT_FILE", OsStr::new("/nothing/there")), ("PORT", OsStr::new("80"))]).is_ok());
    fs::remove_dir_all(home).ok();
}

#[tokio::test]
async fn help_shows_no_value() {
    let settings = settings();
    let environment: Vec<(&str, &str)> = settings.iter().map(|(name, _)| (name.as_str(), "open-sesame")).collect();
    for arguments in [&["--help"][..], &["serve", "--help"], &["-h"]] {
        let ended = run(arguments, &environment).await;
        assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
        let said = ended.stdout.join("\n");
        assert!(said.contains("[env: PORT]") && !said.contains("sesame"), "{said}");
    }
}

#[test]
fn the_tests_do_not_depend_on_the_variables_of_the_environment() {
    let this = env::current_exe().expect("a running program has a path");
    let tests = [
        "lifecycle::an_idle_server_does_not_wait_for_the_drain_timeout",
        "contract::greet_greets_by_name_and_developers_by_default",
    ];
    let variables = settings().into_iter().map(|(name, _)| (name, "open-sesame"));
    let output = Command::new(this).arg("--exact").args(tests).envs(variables).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("2 passed"), "{text}");
}

/// A new folder whose `.env` has this content.
fn folder(dotenv: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("env-{:016x}", fastrand::u64(..)));
    fs::create_dir(&folder).expect("a new folder");
    fs::write(folder.join(".env"), dotenv).expect("a new file");
    folder
}

#[tokio::test]
async fn the_environment_overrides_a_dotenv_file() {
    let home = folder(b"# ours\nPORT=eighty\nexport ADMIN_PORT='ninety'\nLOG_FORMAT=shiny\n");
    let ended = run_in(&home, &["openapi"], &[("PORT", "80"), ("LOG_FORMAT", "")]).await;
    assert_eq!((ended.code, ended.stdout), (Some(2), vec![]), "{:?}", ended.stderr);
    let said = ended.stderr.join("\n");
    assert!(said.contains("ADMIN_PORT: ") && said.contains("LOG_FORMAT: ") && !said.contains(" PORT: "), "{said}");

    let inner = home.join("inner");
    fs::create_dir(&inner).expect("a new folder");
    let ended = run_in(&inner, &["openapi"], &[]).await;
    assert_eq!(ended.code, Some(0), "only that of the working directory is read: {:?}", ended.stderr);
    fs::remove_dir_all(home).ok();
}

#[tokio::test]
async fn a_dotenv_file_that_cannot_be_read_is_exit_code_2_with_the_other_problems() {
    let directory = folder(b"");
    fs::remove_file(directory.join(".env")).expect("it was there");
    fs::create_dir(directory.join(".env")).expect("a new folder");
    for (home, problem) in [
        (directory, ".env: cannot be read"),
        (folder(b"PORT=80\nopen sesame\n"), ".env: line 2 is not NAME=value"),
        (folder(b"PORT=\"open sesame\n"), ".env: line 1 is not NAME=value"),
        (folder(b"A=\xff\n"), ".env: not UTF-8"),
    ] {
        let ended = run_in(&home, &["openapi"], &[("ADMIN_PORT", "eighty")]).await;
        assert_eq!((ended.code, ended.stdout), (Some(2), vec![]), "{problem}: {:?}", ended.stderr);
        let said = ended.stderr.join("\n");
        assert!(said.contains(problem) && said.contains("ADMIN_PORT: ") && !said.contains("sesame"), "{said}");
        fs::remove_dir_all(home).ok();
    }
}
