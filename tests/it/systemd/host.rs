//! What the scripts put on a host, its settings, and what scrapes it: each names what the others have.

use std::collections::BTreeSet;

use serde_yaml_ng::Value;

use super::Deployment;
use crate::projects::NAME;

/// What only HAProxy and the unit read.
const OF_UNITS: [&str; 2] = ["REQUEST_SECONDS", "TLS"];

pub(super) fn faults(deployment: &Deployment) -> Vec<String> {
    [settings(deployment), installed(deployment), rolled(deployment), run(deployment), scraped(deployment)].concat()
}

/// Each is a setting of the service, and no secret is in a file.
fn settings(deployment: &Deployment) -> Vec<String> {
    let mut faults = Vec::new();
    let mut names = BTreeSet::new();
    for file in ["fixed.env", "settings.env"] {
        let text = deployment.text(&format!("systemd/{file}"));
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let name = line.split_once('=').map_or(line, |(name, _)| name);
            if !names.insert(name) {
                faults.push(format!("{file}: {name} twice"));
            }
            match deployment.settings.get(name) {
                _ if OF_UNITS.contains(&name) => {}
                Some(false) => {}
                Some(true) => faults.push(format!("{file}: a secret: {name}")),
                None => faults.push(format!("{file}: no setting {name}")),
            }
            if line.contains("PASSWORD") {
                faults.push(format!("{file}: a secret in {name}"));
            }
        }
    }
    let fixed = deployment.text("systemd/fixed.env");
    let is = |line: &str| fixed.lines().any(|found| found == line);
    let wanted = [("LOG_FORMAT=json", true), ("TRUSTED_PROXY_HOPS=1", deployment.is_limited)];
    faults.extend(
        wanted.iter().filter(|(line, wanted)| *wanted && !is(line)).map(|(line, _)| format!("fixed.env: lacks {line}")),
    );
    if deployment.has_file {
        let mut of_file = vec![format!("DATABASE_URL=sqlite:///var/lib/{NAME}/app.db")];
        if deployment.settings.contains_key("BACKUP_FOLDER") {
            of_file.push(format!("BACKUP_FOLDER=/var/lib/{NAME}/backups"));
        }
        faults.extend(of_file.iter().filter(|line| !is(line)).map(|line| format!("fixed.env: lacks {line}")));
    }
    let own = deployment.text("systemd/settings.env");
    if !OF_UNITS.iter().all(|name| own.lines().any(|line| line.starts_with(&format!("{name}=")))) {
        faults.push("settings.env: lacks TLS or REQUEST_SECONDS".to_owned());
    }
    faults
}

/// install.sh installs every file, and makes a link for each port.
fn installed(deployment: &Deployment) -> Vec<String> {
    let script = deployment.text("systemd/install.sh");
    let lines: BTreeSet<&str> = script.lines().map(str::trim).collect();
    let mut wanted = vec![
        format!("name={NAME}"),
        "install -m 644 fixed.env \"$home/fixed.env\"".to_owned(),
        "[ -e \"$settings\" ] || install -m 644 settings.env \"$settings\"".to_owned(),
        "install -m 644 app@.service \"$units/$name@.service\"".to_owned(),
        "install -m 755 roll.sh \"$commands/$name-roll\"".to_owned(),
        "install -m 755 run.sh \"$commands/$name-run\"".to_owned(),
        "install -m 644 haproxy.conf \"$units/haproxy.service.d/$name.conf\"".to_owned(),
        "install -m 644 haproxy.cfg /etc/haproxy/haproxy.cfg".to_owned(),
        "install -d -m 700 \"/etc/$name/credentials\" /etc/haproxy/tls".to_owned(),
        "systemctl daemon-reload".to_owned(),
        "umask 022".to_owned(),
    ];
    let (spare, replicas) =
        deployment.ports().split_last().map(|(spare, replicas)| (*spare, replicas.to_vec())).expect("ports");
    wanted.extend(replicas.iter().map(|port| format!("ln -sfn ../current \"$home/replicas/{port}\"")));
    wanted.push(format!("ln -sfn ../next \"$home/replicas/{spare}\""));
    if deployment.has_file {
        wanted.push("install -m 644 backup.service \"$units/$name-backup.service\"".to_owned());
        wanted.push("install -m 644 backup.timer \"$units/$name-backup.timer\"".to_owned());
        wanted.push("systemctl --quiet enable --now \"$name-backup.timer\"".to_owned());
    }
    let missing =
        wanted.iter().filter(|line| !lines.contains(line.as_str())).map(|line| format!("install.sh: lacks {line}"));
    let links = lines.iter().filter(|line| line.starts_with("ln ")).count();
    let further = (links != deployment.ports().len()).then(|| format!("install.sh: {links} links"));
    missing.chain(further).collect()
}

/// roll.sh restarts each replica, and tries each version at the spare.
fn rolled(deployment: &Deployment) -> Vec<String> {
    let script = deployment.text("systemd/roll.sh");
    let (spare, replicas) =
        deployment.ports().split_last().map(|(spare, replicas)| (*spare, replicas.to_vec())).expect("ports");
    let added = script.lines().filter_map(|line| line.strip_prefix("replicas=\"$replicas ")?.strip_suffix('"'));
    let found: Vec<u16> = added.filter_map(|port| port.parse().ok()).collect();
    let mut faults = Vec::new();
    if found != replicas {
        faults.push(format!("roll.sh: replicas on {found:?}"));
    }
    let wanted = [
        format!("spare={spare} replicas="),
        format!("name={NAME} home=/opt/{NAME}"),
        "umask 022".to_owned(),
        "set -eu".to_owned(),
        "flock --nonblock 9 || fail 'another roll is running'".to_owned(),
        "until answers \"http://127.0.0.1:1$1/health/ready\" && answers \"http://127.0.0.1:8405/$1\"; do".to_owned(),
    ];
    let lines: BTreeSet<&str> = script.lines().map(str::trim).collect();
    faults.extend(
        wanted.iter().filter(|line| !lines.contains(line.as_str())).map(|line| format!("roll.sh: lacks {line}")),
    );
    faults
}

/// run.sh gives a command what the unit gives a replica.
fn run(deployment: &Deployment) -> Vec<String> {
    let script = deployment.text("systemd/run.sh");
    let mut wanted = vec![
        format!("--property=User=_{NAME}"),
        "--property=DynamicUser=yes".to_owned(),
        "--property=EnvironmentFile=\"$home/fixed.env\"".to_owned(),
        format!("--property=EnvironmentFile=/etc/{NAME}/settings.env"),
    ];
    for name in &deployment.secrets {
        let key = name.to_lowercase();
        wanted.push(format!("--property=LoadCredential={key}:/etc/{NAME}/credentials/{key} \\"));
        wanted.push(format!("export {name}_FILE=\"$CREDENTIALS_DIRECTORY/{key}\""));
    }
    if deployment.has_file {
        wanted.push(format!("--property=StateDirectory={NAME} "));
    }
    wanted.iter().filter(|word| !script.contains(word.as_str())).map(|word| format!("run.sh: lacks {word}")).collect()
}

/// Prometheus, if there is one, scrapes each replica and HAProxy, and not the spare.
fn scraped(deployment: &Deployment) -> Vec<String> {
    let text = deployment.text("systemd/prometheus.yml");
    if text.is_empty() {
        return Vec::new();
    }
    let file: Value = match serde_yaml_ng::from_str(text) {
        Ok(file) => file,
        Err(error) => return vec![format!("prometheus.yml: {error}")],
    };
    let targets = |job: &str| {
        let jobs = file["scrape_configs"].as_sequence().cloned().unwrap_or_default();
        let found = jobs.iter().find(|found| found["job_name"].as_str() == Some(job)).cloned().unwrap_or_default();
        let targets = found["static_configs"][0]["targets"].as_sequence().cloned().unwrap_or_default();
        targets.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let ports = deployment.ports();
    let replicas: Vec<_> = ports.iter().rev().skip(1).rev().map(|port| format!("127.0.0.1:1{port}")).collect();
    let mut faults = Vec::new();
    if targets(NAME) != replicas {
        faults.push(format!("prometheus.yml: replicas at {:?}", targets(NAME)));
    }
    let metrics = targets("haproxy").first().cloned().unwrap_or_default();
    if metrics.is_empty()
        || !deployment
            .text("systemd/haproxy.cfg")
            .contains(&format!("frontend metrics from scrapes\n    bind {metrics}\n"))
    {
        faults.push("prometheus.yml: HAProxy is not where it is scraped".to_owned());
    }
    faults
}
