//! A project on a host with systemd, set up as its README says: rolls, a killed replica and the way back under load, and the
//! sandbox as the kernel has it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::engine::Engine;
use super::eventually;
use super::host::Host;
use crate::program::Program;
use crate::tally::Tally;
use crate::{dirs, http, load, project};

/// Two replicas with a credential, and one replica with a database in a file.
pub(super) const STACKS: &[(&str, &[&str])] = &[
    ("harbour", &["--database=none", "--cache=none", "--limiter=none", "--auth=none", "--upstream=http"]),
    ("quay", &["--database=sqlite", "--cache=none", "--limiter=none", "--auth=api-key", "--upstream=none"]),
];

/// Runs the checks of the stacks whose name contains `filter`.
pub(super) fn check(tally: &mut Tally, engine: &Engine, restwell: &Path, filter: &str) -> Result<()> {
    for (name, flags) in STACKS.iter().filter(|(name, _)| name.contains(filter)) {
        let folder = tempfile::tempdir()?;
        let new = Program::new(restwell).args(["new", name, "--yes", "--no-git", "--quiet", "--deploy=systemd"]);
        new.args(["--monitoring=none", "--ci=none"]).args(*flags).dir(folder.path()).read()?;
        let folder = folder.path().join(name);
        let build = || build(&folder, name);
        let Some(program) = tally.check(&format!("{name}: builds"), build) else { continue };
        let Some(host) = tally.check(&format!("{name}: a host with systemd"), || Host::start(engine, &folder)) else {
            continue;
        };
        if tally
            .check(&format!("{name}: set up as the README says"), || set_up(&host, name, &folder, &program))
            .is_some()
        {
            run(tally, &host, name);
        }
    }
    tally.gap("systemd: a host that starts again", "a container has no boot loader; what is enabled is only listed");
    Ok(())
}

fn run(tally: &mut Tally, host: &Host, name: &str) {
    tally.check(&format!("{name}: install.sh a second time changes nothing"), || installed_twice(host, name));
    tally.note(&format!("{name}: a roll under load"), || rolled(host, name, "2 /root/program", "2 runs"));
    if name == STACKS[0].0 {
        tally.note(&format!("{name}: a replica is killed under load"), || killed(host, name));
        tally.check(&format!("{name}: a credential is in memory, and in no environment"), || credential(host, name));
    } else {
        tally.check(&format!("{name}: a key, a backup and a restore as the pages say"), || data(host, name));
    }
    tally.note(&format!("{name}: a version that does not start, under load"), || {
        rolled(host, name, "3 /root/broken", "3 does not become ready")
    });
    tally.note(&format!("{name}: the previous version again, under load"), || rolled(host, name, "1", "1 runs"));
    tally.check(&format!("{name}: the sandbox is in force"), || sandbox(host, name));
}

/// A debug build: suites have built its dependencies.
fn build(folder: &Path, name: &str) -> Result<PathBuf> {
    let limit = Duration::from_secs(600);
    project::cargo(folder).args(["build", "--locked", "--quiet"]).limit(limit).read()?;
    Ok(dirs::projects_target().join("debug").join(name))
}

fn set_up(host: &Host, name: &str, folder: &Path, program: &Path) -> Result<()> {
    host.copy(program, "/root/program")?;
    host.write("/root/broken", "#!/bin/sh\nexit 1\n")?;
    host.run("mkdir -p /etc/ssl/certs")?;
    host.copy(Path::new("/etc/ssl/certs/ca-certificates.crt"), "/etc/ssl/certs/ca-certificates.crt")?;
    host.run("cp -r /src/deploy /root/deploy && /root/deploy/systemd/install.sh")?;
    let blocks = credentials(folder)?;
    ensure!(!blocks.is_empty() || name != STACKS[0].0, "the README of {name} has no example of a credential");
    for block in blocks {
        host.run(&block)?;
        let refused = host.capture(&format!("{name}-roll 1 /root/program"))?;
        ensure!(refused.stderr.contains("values of the example"), "the examples are deployed: {}", refused.tail());
    }
    host.run(&format!(
        "for file in /etc/{name}/credentials/*; do [ ! -e $file ] || echo http://127.0.0.1:9 >$file; done"
    ))?;
    shorten_time_limit(host, name)?;
    host.run(&format!("{name}-roll 1 /root/program"))?;
    eventually(|| http::get(host.port, "/greet")?.expect(200))?;
    Ok(())
}

/// Has a version that does not start given up after a few seconds.
fn shorten_time_limit(host: &Host, name: &str) -> Result<()> {
    let script = format!("/usr/local/sbin/{name}-roll");
    host.run(&format!("grep -q '^TIMEOUT=60$' {script} && sed -i 's/^TIMEOUT=60$/TIMEOUT=6/' {script}"))?;
    Ok(())
}

/// The commands of the README that make credentials.
fn credentials(folder: &Path) -> Result<Vec<String>> {
    let readme = std::fs::read_to_string(folder.join("README.md"))?;
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0.to_owned()));
    Ok(blocks.filter(|block| block.contains("/credentials/")).collect())
}

fn installed_twice(host: &Host, name: &str) -> Result<()> {
    let state = || {
        host.run(&format!(
            "find /etc/systemd/system /etc/haproxy /etc/{name} /opt/{name} -type f -exec sha256sum {{}} +; readlink /opt/{name}/replicas/*; \
             systemctl show --property=MainPID haproxy '{name}@*'"
        ))
    };
    let before = state()?;
    host.run("/root/deploy/systemd/install.sh")?;
    // The script is installed again with its own time limit.
    shorten_time_limit(host, name)?;
    let after = state()?;
    ensure!(before == after, "{before} became {after}");
    Ok(())
}

/// Under load, a roll ends with this message, and every request is answered.
fn rolled(host: &Host, name: &str, arguments: &str, message: &str) -> Result<String> {
    let roll = || host.capture(&format!("{name}-roll {arguments}"));
    let (answered, roll) = load::during(host.port, "/greet", roll)?;
    ensure!(roll.stderr.contains(message), "{}", roll.tail());
    ensure!(roll.status.success() == message.ends_with(" runs"), "{}", roll.status);
    let active = host.run(&format!("systemctl list-units --plain --no-legend '{name}@*'"))?;
    let replicas = host.run(&format!("ls /opt/{name}/replicas"))?.lines().count() - 1;
    ensure!(active.lines().filter(|line| line.contains("running")).count() == replicas, "{active}");
    Ok(format!("{answered} answered, 0 failed"))
}

fn killed(host: &Host, name: &str) -> Result<String> {
    let kill = || host.run(&format!("systemctl kill --signal=KILL {name}@8080"));
    let (answered, _) = load::during(host.port, "/greet", kill)?;
    eventually(|| {
        host.run("curl --fail --silent 127.0.0.1:8405/8080 && curl --fail --silent 127.0.0.1:18080/health/ready")
    })?;
    let restarts = host.run(&format!("systemctl show --property=NRestarts --value {name}@8080"))?;
    ensure!(restarts.trim() == "1", "{restarts} restarts");
    Ok(format!("{answered} answered, 0 failed"))
}

fn credential(host: &Host, name: &str) -> Result<()> {
    let pid = pid(host, name)?;
    let environment = host.run(&format!("tr '\\0' '\\n' </proc/{pid}/environ"))?;
    ensure!(
        environment.contains(&format!("UPSTREAM_URL_FILE=/run/credentials/{name}@8080.service/upstream_url")),
        "{environment}"
    );
    let shown = host.run(&format!("systemctl show {name}@8080"))?;
    ensure!(!environment.contains("127.0.0.1:9") && !shown.contains("127.0.0.1:9"), "the credential is shown");
    let mounts = host.run(&format!("grep /run/credentials/ /proc/{pid}/mountinfo"))?;
    ensure!(mounts.contains("ramfs"), "not in memory: {mounts}");
    Ok(())
}

fn data(host: &Host, name: &str) -> Result<()> {
    let key = host.run(&format!("{name}-run api-key create shop --scope products:write"))?;
    ensure!(!key.trim().is_empty(), "no key");
    host.run(&format!("systemctl start {name}-backup"))?;
    let backup = host.run(&format!("ls /var/lib/{name}/backups/app-*.db"))?;
    let backup = backup.lines().next().context("no backup")?.to_owned();
    // Afterwards the service has the file open.
    http::get(host.port, "/products")?.expect(200)?;
    let in_use = host.capture(&format!("{name}-run restore {backup}"))?;
    ensure!(!in_use.status.success(), "a database in use was replaced");
    host.run(&format!("systemctl stop '{name}@*' && {name}-run restore {backup} && systemctl start {name}@8080"))?;
    eventually(|| http::get(host.port, "/products")?.expect(200))?;
    let timer =
        host.run(&format!("systemctl is-active {name}-backup.timer && systemctl is-enabled {name}-backup.timer"))?;
    ensure!(timer == "active\nenabled\n", "{timer}");
    Ok(())
}

/// What systemd reports, what the kernel reports, and a write as root in the replica's view of the file system.
fn sandbox(host: &Host, name: &str) -> Result<()> {
    let pid = pid(host, name)?;
    let shown = host.run(&format!("systemctl show {name}@8080"))?;
    for line in [
        "Restart=always",
        "StartLimitIntervalUSec=0",
        "TimeoutStopUSec=30s",
        "MemoryMax=268435456",
        "TasksMax=512",
        "LimitNOFILE=65536",
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateUsers=yes",
        "NoNewPrivileges=yes",
        "MemoryDenyWriteExecute=yes",
    ] {
        ensure!(shown.lines().any(|shown| shown == line), "{name}@8080 is not {line}");
    }
    let status = host.run(&format!("cat /proc/{pid}/status"))?;
    for (field, value) in
        [("CapEff", "0000000000000000"), ("CapBnd", "0000000000000000"), ("NoNewPrivs", "1"), ("Seccomp", "2")]
    {
        ensure!(status.contains(&format!("{field}:\t{value}\n")), "{field} is not {value}: {status}");
    }
    ensure!(!status.contains("Uid:\t0\t"), "it runs as root");
    for folder in ["/etc", "/opt", "/usr", "/var/lib"] {
        let write = host.capture(&format!("nsenter --target {pid} --mount touch {folder}/planted"))?;
        ensure!(write.stderr.contains("Read-only file system"), "{folder} can be written to: {}", write.tail());
    }
    let state = host.capture(&format!("nsenter --target {pid} --mount touch /var/lib/{name}/planted"))?;
    let has_state = shown.lines().any(|line| line == format!("StateDirectory={name}"));
    if state.status.success() != has_state {
        bail!("the state directory: {}", state.tail());
    }
    let enabled = host.run(&format!("systemctl is-enabled {name}@8080 haproxy"))?;
    ensure!(enabled == "enabled\nenabled\n", "after a start of the host: {enabled}");
    Ok(())
}

fn pid(host: &Host, name: &str) -> Result<u32> {
    let pid = host.run(&format!("systemctl show --property=MainPID --value {name}@8080"))?;
    pid.trim().parse().with_context(|| format!("{name}@8080 does not run"))
}
