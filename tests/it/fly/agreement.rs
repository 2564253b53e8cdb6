//! What several files say of the same thing: the names of apps, the ports and paths of what watches the service, the secrets.

use restwell::choice::{Auth, Cache, Database, Limiter, Upstream, Value};
use restwell::plan::Plan;
use restwell::stack::Stack;

use super::model::parse;
use super::{SERVICE, WATCH, stack};
use crate::projects::{NAME, WITH_SERVERS, source, tree};

#[test]
fn prometheus_asks_the_machines_of_the_service() {
    let tree = tree(&stack(&[]));
    let app = parse(source(&tree, SERVICE)).expect("sound");
    let watch = parse(source(&tree, WATCH)).expect("sound");
    let config: serde_yaml_ng::Value =
        serde_yaml_ng::from_str(source(&tree, "deploy/monitoring/prometheus.yml")).expect("YAML");
    let found = |place: &serde_yaml_ng::Value| {
        let discovery = &place["dns_sd_configs"][0];
        let name = discovery["names"][0].as_str().expect("a name").to_owned();
        assert_eq!(discovery["type"], "AAAA", "the private network has no other addresses");
        (name, discovery["port"].as_u64().expect("a port"))
    };
    let jobs = config["scrape_configs"].as_sequence().expect("jobs");
    let job = |name: &str| jobs.iter().find(|job| job["job_name"] == name).expect("the job");
    let metrics = app.metrics.expect("metrics");
    assert_eq!(found(job(NAME)), (format!("{}.internal", app.app), metrics[0].port.into()));
    let alertmanager = (format!("alertmanager.process.{}.internal", watch.app), 9093);
    assert_eq!(found(job("alertmanager")), alertmanager);
    assert_eq!(found(&config["alerting"]["alertmanagers"][0]), alertmanager);
    assert!(watch.processes.expect("processes").contains_key("alertmanager"));
}

/// What only holds for several machines.
const OF_SEVERAL: [&str; 7] = [
    "Two machines.",
    "One machine after the other",
    "one machine after the other",
    "One machine is replaced at a time",
    "the other still serves",
    "to another machine |",
    "scale count",
];

#[test]
fn an_app_of_one_machine_has_no_word_about_several() {
    let words_of = |of: &Stack| {
        let tree = tree(of);
        let texts: String = tree.files().filter_map(|(_, file)| str::from_utf8(&file.bytes).ok()).collect();
        OF_SEVERAL.into_iter().filter(|words| texts.contains(words)).collect::<Vec<_>>()
    };
    let (one, several) = (stack(&[]), stack(&WITH_SERVERS));
    assert_eq!((one.replicas(), several.replicas()), (1, 2));
    assert_eq!(words_of(&one), Vec::<&str>::new());
    assert!(words_of(&several).len() > 4, "the words have changed: {:?}", words_of(&several));
    assert!(source(&tree(&one), "docs/decisions/deploy-fly.md").contains("**One machine.**"));
}

#[test]
fn the_readme_reaches_each_process_of_the_app_that_watches() {
    let tree = tree(&stack(&[]));
    let watch = parse(source(&tree, WATCH)).expect("sound");
    let readme = source(&tree, "README.md");
    let tunnels: Vec<&str> = readme.lines().filter(|line| line.contains("fly proxy")).collect();
    for process in watch.processes.expect("processes").keys() {
        let tunnel = format!(" {process}.process.{app}.internal --app {app}", app = watch.app);
        assert_eq!(tunnels.iter().filter(|line| line.ends_with(&tunnel)).count(), 1, "{tunnel}: {tunnels:?}");
    }
}

#[test]
fn alertmanager_reads_what_its_script_writes_and_the_readme_names() {
    let tree = tree(&stack(&[]));
    let script = source(&tree, "deploy/monitoring/alertmanager.sh");
    let config: serde_yaml_ng::Value =
        serde_yaml_ng::from_str(source(&tree, "deploy/monitoring/alertmanager.yml")).expect("YAML");
    let receivers = config["receivers"].as_sequence().expect("receivers");
    assert_eq!(receivers.len(), 3);
    for receiver in receivers {
        let file = receiver["webhook_configs"][0]["url_file"].as_str().expect("a file");
        assert!(script.contains(&format!(">{file}\n")), "nothing writes {file}");
        let variable = receiver["name"].as_str().expect("a name").to_uppercase();
        assert!(script.contains(&format!("\"${variable}\"")), "{variable}");
        assert!(source(&tree, "README.md").contains(&format!("\n{variable}=https://")), "{variable}");
    }
    let copied = source(&tree, "deploy/monitoring/Dockerfile");
    for file in ["prometheus.yml", "alertmanager.yml", "alertmanager.sh"] {
        assert!(copied.contains(file) && tree.get(format!("deploy/monitoring/{file}").as_str()).is_some(), "{file}");
    }
}

#[test]
fn every_secret_is_imported_from_standard_input_and_in_no_file() {
    let stack = stack(&[
        Value::Database(Database::Postgres),
        Value::Cache(Cache::Redis),
        Value::Limiter(Limiter::Redis),
        Value::Auth(Auth::Jwt),
        Value::Upstream(Upstream::Http),
    ]);
    let tree = tree(&stack);
    let readme = source(&tree, "README.md");
    let plan = Plan::new(&stack, NAME);
    let secrets: Vec<_> = plan.parts.settings.secrets().collect();
    assert!(secrets.len() > 2, "{} secrets", secrets.len());
    for secret in secrets {
        let line = format!("\n{}={}\n", secret.name, secret.example);
        assert!(readme.contains(&line), "{line}");
        let named = [SERVICE, WATCH].iter().any(|path| source(&tree, path).contains(secret.name));
        assert!(!named, "{} is in a file of the repository", secret.name);
    }
    assert!(readme.contains("fly secrets import --stage <deploy/secrets/fly.env"));
    assert!(source(&tree, ".gitignore").lines().any(|line| line == "secrets/"));
    assert!(!readme.contains("fly secrets set"), "a command line is seen by every process");
}
