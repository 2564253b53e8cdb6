//! Planted faults: each is found.

use camino::Utf8Path;
use restwell::choice::{Deploy, Monitoring, Value};

use super::{Deployment, faults, of};
use crate::plants::all_are_found;
use crate::projects::{WITH_SERVERS, source, stack, tree};

/// The file below `deploy/`, the right text, the wrong text, and what is said.
const PLANTS: &[(&str, &str, &str, &str)] = &[
    // What `systemd-analyze verify` misses.
    ("systemd/app@.service", "Wants=network-online.target", "Wants=network-onlin.target", "not expected: [Unit] Wants"),
    (
        "systemd/app@.service",
        "WantedBy=multi-user.target",
        "WantedBy=multi-usr.target",
        "not expected: [Install] WantedBy",
    ),
    ("systemd/app@.service", "ExecStart=/opt/", "ExecStart=opt/", "not expected: [Service] ExecStart"),
    ("systemd/app@.service", "TimeoutStopSec=30", "TimeoutStopSec=10", "shorter than the shutdown"),
    ("systemd/app@.service", "TimeoutStopSec=30\n", "", "shorter than the shutdown"),
    ("systemd/app@.service", "TimeoutStopSec=30", "TimeoutStopSec=30min", "shorter than the shutdown"),
    ("systemd/app@.service", "StartLimitIntervalSec=0\n", "", "lacks [Unit] StartLimitIntervalSec"),
    (
        "systemd/app@.service",
        "LoadCredential=database_url:",
        "#LoadCredential=database_url:",
        "lacks [Service] LoadCredential",
    ),
    (
        "systemd/app@.service",
        "=%d/database_url",
        "=%d/databas_url",
        "not expected: [Service] Environment=DATABASE_URL_FILE",
    ),
    ("systemd/app@.service", "credentials/redis_url", "credentials/redis", "lacks [Service] LoadCredential=redis_url"),
    // What it finds, and what it ignores.
    ("systemd/app@.service", "ProtectSystem=strict", "ProtectSystem=full", "lacks [Service] ProtectSystem=strict"),
    ("systemd/app@.service", "ProtectSystem=strict", "ProtectSytem=strict", "lacks [Service] ProtectSystem=strict"),
    ("systemd/app@.service", "Restart=always", "Restart=on-failure", "lacks [Service] Restart=always"),
    ("systemd/app@.service", "RestartSec=1", "RestartSec=1\nRestartSteps=5", "not expected: [Service] RestartSteps"),
    ("systemd/app@.service", "RestartSec=1", "RestartSec=1\nWatchdogSec=5", "not expected: [Service] WatchdogSec"),
    ("systemd/app@.service", "[Service]", "[Sevice]", "lacks [Service] Type"),
    ("systemd/app@.service", "Type=exec", "Type=forking", "lacks [Service] Type=exec"),
    ("systemd/app@.service", "MemoryMax=256M", "MemoryMax=256", "lacks [Service] MemoryMax=256M"),
    (
        "systemd/app@.service",
        "CapabilityBoundingSet=\n",
        "CapabilityBoundingSet=CAP_NET_ADMIN\n",
        "lacks [Service] CapabilityBoundingSet",
    ),
    ("systemd/app@.service", "DynamicUser=yes\n", "", "lacks [Service] DynamicUser"),
    ("systemd/app@.service", "User=_", "User=", "lacks [Service] User"),
    (
        "systemd/app@.service",
        "SystemCallFilter=~@privileged",
        "SystemCallFilter=@privileged",
        "lacks [Service] SystemCallFilter=~",
    ),
    (
        "systemd/app@.service",
        "SystemCallFilter=@system-service\nSystemCallFilter=~@privileged @resources",
        "SystemCallFilter=~@privileged @resources\nSystemCallFilter=@system-service",
        "out of order",
    ),
    ("systemd/app@.service", "ADMIN_PORT=1%i", "ADMIN_PORT=2%i", "lacks [Service] Environment=HOST"),
    ("systemd/app@.service", "HOST=127.0.0.1", "HOST=0.0.0.0", "lacks [Service] Environment=HOST"),
    ("systemd/app@.service", "replicas/%i", "current", "lacks [Service] ExecStart"),
    ("systemd/app@.service", "UMask=0077", "UMask 0077", "neither a section nor a key"),
    (
        "systemd/app@.service",
        "EnvironmentFile=/etc/",
        "EnvironmentFile=-/etc/",
        "lacks [Service] EnvironmentFile=/etc/",
    ),
    ("systemd/haproxy.conf", "Restart=always", "Restart=no", "haproxy.conf: lacks"),
    ("systemd/haproxy.conf", "EnvironmentFile=-", "EnvironmentFile=", "haproxy.conf: lacks"),
    // Settings.
    ("systemd/fixed.env", "TRUSTED_PROXY_HOPS=1", "TRUSTED_PROXY_HOPS=0", "lacks TRUSTED_PROXY_HOPS=1"),
    ("systemd/fixed.env", "LOG_FORMAT=json", "LOG_FORMT=json", "no setting LOG_FORMT"),
    ("systemd/fixed.env", "LOG_FORMAT=json", "LOG_FORMAT=json\nDATABASE_URL=postgres://app", "a secret: DATABASE_URL"),
    ("systemd/settings.env", "RUST_LOG=info", "RUST_LOG=info\nLOG_FORMAT=pretty", "LOG_FORMAT twice"),
    ("systemd/settings.env", "TLS=off", "TSL=off", "no setting TSL"),
    ("systemd/settings.env", "REQUEST_SECONDS=10\n", "", "lacks TLS or REQUEST_SECONDS"),
    // HAProxy.
    (
        "systemd/haproxy.cfg",
        "server app-8081 127.0.0.1:8081 port 18081",
        "server app-8081 127.0.0.1:8081 port 18080",
        "replicas: server app-8081",
    ),
    ("systemd/haproxy.cfg", "    server app-8082 127.0.0.1:8082 port 18082\n", "", "replicas: server app-8082"),
    ("systemd/haproxy.cfg", "srv_is_up(app/app-8081)", "srv_is_up(app/app-8080)", "replicas: http-request"),
    ("systemd/haproxy.cfg", "fall 2", "fall 20", "lacks default-server"),
    ("systemd/haproxy.cfg", "default-server check ", "default-server ", "lacks default-server"),
    ("systemd/haproxy.cfg", "/health/ready", "/health/live", "lacks http-check send"),
    ("systemd/haproxy.cfg", "/etc/haproxy/tls", "/run/secrets/tls", "lacks bind :443"),
    ("systemd/haproxy.cfg", "bind 127.0.0.1:8405", "bind :8405", "open to all"),
    ("systemd/haproxy.cfg", "bind 127.0.0.1:8404", "bind :8404", "open to all"),
    ("systemd/haproxy.cfg", "    option forwardfor\n", "", "lacks option forwardfor"),
    ("systemd/haproxy.cfg", "http-keep-alive 60s", "http-keep-alive 80s", "lacks timeout http-keep-alive"),
    ("systemd/haproxy.cfg", " unless METH_GET", "", "lacks http-request disable-l7-retry"),
    ("systemd/haproxy.cfg", "    user haproxy\n", "", "lacks user haproxy"),
    // Scripts, and what scrapes.
    ("systemd/install.sh", "ln -sfn ../next", "ln -sfn ../current", "install.sh: lacks ln -sfn ../next"),
    (
        "systemd/install.sh",
        "install -m 644 fixed.env",
        "install -m 644 fixd.env",
        "install.sh: lacks install -m 644 fixed.env",
    ),
    ("systemd/install.sh", "[ -e \"$settings\" ] || ", "", "install.sh: lacks [ -e"),
    ("systemd/install.sh", "-d -m 700", "-d -m 755", "install.sh: lacks install -d -m 700"),
    ("systemd/roll.sh", "replicas=\"$replicas 8081\"\n", "", "roll.sh: replicas on [8080]"),
    ("systemd/roll.sh", "spare=8082", "spare=8081", "roll.sh: lacks spare=8082"),
    ("systemd/roll.sh", "flock --nonblock 9", "true", "roll.sh: lacks flock"),
    ("systemd/run.sh", "--property=LoadCredential=redis_url:", "--property=LoadCredential=redis:", "run.sh: lacks"),
    ("systemd/prometheus.yml", "127.0.0.1:18081", "127.0.0.1:8081", "prometheus.yml: replicas at"),
    ("systemd/prometheus.yml", "127.0.0.1:8404", "127.0.0.1:8405", "HAProxy is not where it is scraped"),
];

/// The same for a database in a file.
const PLANTS_OF_A_FILE: &[(&str, &str, &str, &str)] = &[
    (
        "systemd/app@.service",
        "StateDirectory=north-pier9",
        "StateDirectory=north-pier",
        "lacks [Service] StateDirectory",
    ),
    ("systemd/app@.service", "StateDirectoryMode=0700\n", "", "lacks [Service] StateDirectoryMode"),
    ("systemd/fixed.env", "sqlite:///var/lib/north-pier9/app.db", "sqlite://data/app.db", "fixed.env"),
    (
        "systemd/fixed.env",
        "BACKUP_FOLDER=/var/lib/north-pier9/backups",
        "BACKUP_FOLDER=/backups",
        "lacks BACKUP_FOLDER",
    ),
    ("systemd/backup.service", "Type=oneshot", "Type=exec", "lacks [Service] Type=oneshot"),
    ("systemd/backup.service", "User=_north-pier9", "User=_north-pier9-backup", "lacks [Service] User"),
    ("systemd/backup.service", "/current/", "/curent/", "lacks [Service] ExecStart"),
    ("systemd/backup.timer", "Persistent=true\n", "", "lacks [Timer] Persistent"),
    ("systemd/backup.timer", "OnCalendar=daily", "OnCalendar=dayly", "lacks [Timer] OnCalendar"),
    ("systemd/backup.timer", "WantedBy=timers.target", "WantedBy=timer.target", "lacks [Install] WantedBy"),
    (
        "systemd/install.sh",
        "enable --now \"$name-backup.timer\"",
        "enable \"$name-backup.timer\"",
        "install.sh: lacks systemctl",
    ),
    ("systemd/run.sh", "--property=StateDirectory=north-pier9 ", "--property=StateDirectory=pier ", "run.sh: lacks"),
];

/// The same with Datadog.
const PLANTS_OF_DATADOG: &[(&str, &str, &str, &str)] = &[(
    "systemd/app@.service",
    "EnvironmentFile=-/opt/north-pier9/replicas/%i/version.env",
    "EnvironmentFile=-/opt/north-pier9/current/version",
    "lacks [Service] EnvironmentFile=-/opt/north-pier9/replicas/%i/version.env",
)];

#[test]
fn planted_faults_are_found() {
    let datadog: &[Value] = &[Value::Monitoring(Monitoring::Datadog)];
    for (values, plants) in [(WITH_SERVERS.as_slice(), PLANTS), (&[], PLANTS_OF_A_FILE), (datadog, PLANTS_OF_DATADOG)] {
        let good = deployment(values);
        all_are_found(
            &good,
            plants.iter().copied(),
            |good, path| good.files.get_mut(Utf8Path::new("deploy").join(path).as_path()),
            faults,
        );
    }
}

fn deployment(values: &[Value]) -> Deployment {
    let stack = stack([Value::Deploy(Deploy::Systemd)].into_iter().chain(values.iter().copied()));
    let tree = tree(&stack);
    let paths = tree.files().map(|(path, _)| path).filter(|path| path.starts_with("deploy"));
    let files = paths.map(|path| (path.to_owned(), source(&tree, path.as_str()).to_owned())).collect();
    of(&stack, files, source(&tree, ".env.example"))
}
