//! The keys of each unit, with their values. A key that is not here is a typing error, or belongs here: systemd ignores keys
//! that it does not know, and `systemd-analyze verify` succeeds all the same.

/// A section, a key and its value. `NAME` is the name of the project, `*` any value, which another check reads.
pub(super) type Line = (&'static str, &'static str, &'static str);

/// Of the program itself.
pub(super) const SANDBOX: &[Line] = &[
    ("Service", "MemoryMax", "256M"),
    ("Service", "TasksMax", "512"),
    ("Service", "DynamicUser", "yes"),
    ("Service", "User", "_NAME"),
    ("Service", "UMask", "0077"),
    ("Service", "NoNewPrivileges", "yes"),
    ("Service", "CapabilityBoundingSet", ""),
    ("Service", "AmbientCapabilities", ""),
    ("Service", "ProtectSystem", "strict"),
    ("Service", "ProtectHome", "yes"),
    ("Service", "PrivateTmp", "yes"),
    ("Service", "PrivateDevices", "yes"),
    ("Service", "PrivateUsers", "yes"),
    ("Service", "ProtectClock", "yes"),
    ("Service", "ProtectControlGroups", "yes"),
    ("Service", "ProtectHostname", "yes"),
    ("Service", "ProtectKernelLogs", "yes"),
    ("Service", "ProtectKernelModules", "yes"),
    ("Service", "ProtectKernelTunables", "yes"),
    ("Service", "ProtectProc", "invisible"),
    ("Service", "RestrictNamespaces", "yes"),
    ("Service", "RestrictRealtime", "yes"),
    ("Service", "RestrictSUIDSGID", "yes"),
    ("Service", "RemoveIPC", "yes"),
    ("Service", "LockPersonality", "yes"),
    ("Service", "MemoryDenyWriteExecute", "yes"),
    ("Service", "SystemCallArchitectures", "native"),
    ("Service", "SystemCallFilter", "@system-service"),
    ("Service", "SystemCallFilter", "~@privileged @resources"),
    ("Service", "SystemCallErrorNumber", "EPERM"),
    // The first one is the fixed settings, so that those of the host win.
    ("Service", "EnvironmentFile", "/opt/NAME/fixed.env"),
    ("Service", "EnvironmentFile", "/etc/NAME/settings.env"),
];

/// Of a replica with Datadog, before the others.
pub(super) const VERSION: &[Line] = &[("Service", "EnvironmentFile", "-/opt/NAME/replicas/%i/version.env")];

/// Of a replica, besides.
pub(super) const REPLICA: &[Line] = &[
    ("Unit", "Description", "*"),
    ("Unit", "Wants", "network-online.target"),
    ("Unit", "After", "network-online.target"),
    ("Unit", "StartLimitIntervalSec", "0"),
    ("Service", "Type", "exec"),
    ("Service", "ExecStart", "/opt/NAME/replicas/%i/NAME serve --request-timeout ${REQUEST_SECONDS}s"),
    ("Service", "Environment", "HOST=127.0.0.1 PORT=%i ADMIN_PORT=1%i"),
    ("Service", "Restart", "always"),
    ("Service", "RestartSec", "1"),
    ("Service", "TimeoutStopSec", "*"),
    ("Service", "LimitNOFILE", "65536"),
    ("Service", "RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
    ("Install", "WantedBy", "multi-user.target"),
];

/// Of whatever reads the database in a file.
pub(super) const STATE: &[Line] = &[("Service", "StateDirectory", "NAME"), ("Service", "StateDirectoryMode", "0700")];

/// Of a backup, besides.
pub(super) const BACKUP: &[Line] = &[
    ("Unit", "Description", "*"),
    ("Service", "Type", "oneshot"),
    ("Service", "ExecStartPre", "/bin/mkdir -p /var/lib/NAME/backups"),
    ("Service", "ExecStart", "/opt/NAME/current/NAME backup /var/lib/NAME/backups --keep=14"),
    ("Service", "TimeoutStartSec", "1h"),
    ("Service", "PrivateNetwork", "yes"),
    ("Service", "RestrictAddressFamilies", "AF_UNIX"),
];

pub(super) const TIMER: &[Line] = &[
    ("Unit", "Description", "*"),
    ("Timer", "OnCalendar", "daily"),
    ("Timer", "RandomizedDelaySec", "1h"),
    ("Timer", "Persistent", "true"),
    ("Install", "WantedBy", "timers.target"),
];

/// Of HAProxy's own unit, what is added.
pub(super) const HAPROXY: &[Line] = &[
    ("Unit", "StartLimitIntervalSec", "0"),
    ("Service", "EnvironmentFile", "-/etc/NAME/settings.env"),
    ("Service", "Restart", "always"),
    ("Service", "RestartSec", "1"),
];
