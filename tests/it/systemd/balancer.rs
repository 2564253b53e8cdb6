//! HAProxy's configuration: what it refers to, and time-outs that fit those of the service.

use std::collections::BTreeSet;

use super::Deployment;

/// Lines that every configuration has, below the section that begins with the first word.
const WANTED: &[(&str, &str)] = &[
    ("global", "log stdout format raw local0"),
    ("global", "user haproxy"),
    ("global", "group haproxy"),
    ("global", "chroot /var/lib/haproxy"),
    ("global", "presetenv TLS off"),
    ("global", "presetenv REQUEST_SECONDS 10"),
    ("global", "ssl-default-bind-options ssl-min-ver TLSv1.2"),
    ("defaults http", "mode http"),
    ("defaults http", "timeout http-request 10s"),
    ("defaults http", "timeout http-keep-alive 60s"),
    ("defaults http", "timeout client 30s"),
    ("defaults http", "timeout connect 1s"),
    ("defaults http", "timeout queue 2s"),
    ("defaults http", "timeout server 15s"),
    ("defaults http", "timeout check 1s"),
    ("frontend public from http", "bind :80"),
    ("frontend public from http", "bind :443 ssl crt /etc/haproxy/tls alpn h2,http/1.1"),
    ("frontend public from http", "option forwardfor"),
    ("frontend public from http", "default_backend app"),
    ("frontend health from http", "bind 127.0.0.1:8405"),
    ("frontend health from http", "monitor-uri /"),
    ("frontend health from http", "http-request set-log-level silent"),
    ("frontend health from http", "monitor fail if { nbsrv(app) lt 1 }"),
    ("frontend health from http", "http-request return status 503"),
    ("backend app from http", "balance leastconn"),
    ("backend app from http", "option httpchk"),
    ("backend app from http", "http-check send meth GET uri /health/ready ver HTTP/1.1 hdr host app"),
    ("backend app from http", "http-check expect status 200"),
    // Two checks are less than DRAIN_DELAY.
    ("backend app from http", "default-server check inter 1s fall 2 rise 1 maxconn 900"),
    ("backend app from http", "option redispatch 1"),
    ("backend app from http", "retries 3"),
    ("backend app from http", "retry-on conn-failure empty-response"),
    ("backend app from http", "http-request disable-l7-retry unless METH_GET"),
    ("backend app from http", "http-request set-timeout server env(REQUEST_SECONDS),add(5),mul(1000)"),
];

pub(super) fn faults(deployment: &Deployment) -> Vec<String> {
    let lines = lines(deployment.text("systemd/haproxy.cfg"));
    let has = |section: &str, line: &str| lines.iter().any(|found| *found == (section.to_owned(), line.to_owned()));
    let mut faults: Vec<String> = WANTED
        .iter()
        .filter(|(section, line)| !has(section, line))
        .map(|(section, line)| format!("haproxy.cfg: {section}: lacks {line}"))
        .collect();
    let mut of_replicas = BTreeSet::new();
    for port in deployment.ports() {
        let rule = format!("http-request return status 200 if {{ path /{port} }} {{ srv_is_up(app/app-{port}) }}");
        of_replicas
            .insert(("backend app from http".to_owned(), format!("server app-{port} 127.0.0.1:{port} port 1{port}")));
        of_replicas.insert(("frontend health from http".to_owned(), rule));
    }
    let is_of_replica = |line: &str| line.starts_with("server") || line.starts_with("http-request return status 200");
    let found: BTreeSet<_> = lines.iter().filter(|(_, line)| is_of_replica(line)).cloned().collect();
    faults.extend(found.symmetric_difference(&of_replicas).map(|(_, line)| format!("haproxy.cfg: replicas: {line}")));
    let public = |(_, line): &&(String, String)| line.starts_with("bind ") && !line.starts_with("bind 127.0.0.1:");
    if lines.iter().filter(public).count() != 2 {
        faults.push("haproxy.cfg: another port than 80 and 443 is open to all".to_owned());
    }
    faults
}

/// Each line with its section; a section ends where the next begins.
fn lines(text: &str) -> Vec<(String, String)> {
    let mut section = String::new();
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.trim_start().starts_with('#')) {
        if line.starts_with(' ') {
            found.push((section.clone(), line.trim().to_owned()));
        } else if !line.starts_with('.') {
            line.clone_into(&mut section);
        }
    }
    found
}
