//! `docs/gateway.md`: the configuration of Kong has only fields that Kong knows, and values that fit the service. The fields are
//! those of its schemas (`services`, `routes`, and the plugin `rate-limiting`, version 3.6).

use std::fs;

use restwell::plan::Plan;
use restwell::stack::{Answers, Stack};
use serde::Deserialize;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/gateway.md");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    #[serde(rename = "_format_version")]
    format_version: String,
    services: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    name: String,
    url: String,
    /// Milliseconds, as the other two.
    connect_timeout: u32,
    read_timeout: u32,
    write_timeout: u32,
    retries: u16,
    routes: Vec<Route>,
    plugins: Vec<Plugin>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Route {
    name: String,
    paths: Vec<String>,
    strip_path: bool,
    request_buffering: bool,
}

#[derive(Deserialize)]
#[serde(tag = "name", content = "config", rename_all = "kebab-case", deny_unknown_fields)]
enum Plugin {
    RateLimiting(Limit),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    minute: u32,
    limit_by: By,
    policy: Policy,
    fault_tolerant: bool,
    redis: Redis,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum By {
    Consumer,
    Credential,
    Ip,
    Service,
    Header,
    Path,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Policy {
    Local,
    Cluster,
    Redis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redis {
    host: String,
    port: u16,
    /// Milliseconds.
    timeout: u32,
    ssl: bool,
    ssl_verify: bool,
    server_name: String,
    password: String,
}

/// What is wrong with a configuration; empty if it can be loaded and fits the service.
fn faults(text: &str) -> Vec<String> {
    let configuration: Configuration = match serde_yaml_ng::from_str(text) {
        Ok(configuration) => configuration,
        Err(error) => return vec![error.to_string()],
    };
    let mut faults = Vec::new();
    let mut expect = |holds: bool, fault: &str| faults.extend((!holds).then(|| fault.to_owned()));
    expect(configuration.format_version == "3.0", "the format is not 3.0");
    expect(configuration.services.len() == 1, "there is not exactly one service");
    for service in &configuration.services {
        of_service(service, &mut expect);
        for Plugin::RateLimiting(limit) in &service.plugins {
            of_limit(limit, &mut expect);
        }
    }
    faults
}

fn of_service(service: &Service, expect: &mut impl FnMut(bool, &str)) {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    expect(is_name(&service.name), "the service has no valid name");
    expect(service.url.starts_with("http://") && service.url.ends_with(":8080"), "the port is not the public one");
    expect((1..=2_000).contains(&service.connect_timeout), "a connection may take too long");
    let request = seconds("REQUEST_TIMEOUT") * 1_000;
    for timeout in [service.read_timeout, service.write_timeout] {
        expect(timeout > request, "the gateway gives up before the service does");
    }
    expect(service.retries == 0, "a write could be applied twice");
    expect(service.plugins.len() == 1, "there is not exactly one limit");
    expect(service.routes.len() == 1, "there is not exactly one route");
    for route in &service.routes {
        expect(is_name(&route.name), "the route has no valid name");
        expect(route.paths == ["/"], "not every path is routed");
        expect(!route.strip_path && !route.request_buffering, "a request is changed or held back");
    }
}

fn of_limit(limit: &Limit, expect: &mut impl FnMut(bool, &str)) {
    expect(format!("{}/min", limit.minute) == default("RATE_LIMIT"), "the limit is not that of the service");
    expect(limit.limit_by == By::Ip, "a client is not identified by its address");
    expect(limit.policy == Policy::Redis, "each node would count by itself");
    expect(limit.fault_tolerant, "clients get 500 while Redis fails");
    let Redis { host, port, timeout, ssl, ssl_verify, server_name, password } = &limit.redis;
    expect(!host.is_empty() && host == server_name && *port > 0, "the name of Redis is not the verified one");
    expect((1..=500).contains(timeout), "each request may wait too long for Redis");
    expect(*ssl && *ssl_verify, "the password crosses the network in clear text");
    expect(password.starts_with("{vault://env/") && password.ends_with('}'), "a secret is in the file");
}

/// The default of a setting of the service that has a limiter.
fn default(name: &str) -> &'static str {
    let stack = Stack::resolve(&Answers::default()).expect("valid").stack;
    let plan = Plan::new(&stack, "shop-api");
    let setting = plan.parts.settings.iter().find(|setting| setting.name == name);
    setting.expect("the service has this setting").default
}

fn seconds(name: &str) -> u32 {
    default(name).trim_end_matches('s').parse().expect("a number of seconds")
}

/// The only YAML of the page.
fn configuration() -> String {
    let page = fs::read_to_string(PAGE).expect("the page is there");
    let (_, rest) = page.split_once("```yaml\n").expect("it has the configuration");
    rest.split_once("```").expect("which ends").0.to_owned()
}

#[test]
fn the_configuration_is_one_that_the_gateway_loads() {
    assert_eq!(faults(&configuration()), Vec::<String>::new());
}

#[test]
fn an_error_in_the_configuration_is_found() {
    let sound = configuration();
    for (from, to) in [
        ("_format_version: \"3.0\"", "_format_version: \"2.1\""),
        ("connect_timeout: 1000", "connect_timeout: 0"),
        ("connect_timeout: 1000", "connection_timeout: 1000"),
        ("read_timeout: 15000", "read_timeout: 10000"),
        ("write_timeout: 15000", "write_timeout: 15s"),
        (":8080\n", ":8081\n"),
        ("retries: 0", "retries: 5"),
        ("    retries: 0\n", ""),
        ("paths: [/]", "paths: [/products]"),
        ("strip_path: false", "strip_path: true"),
        ("        strip_path: false\n", ""),
        ("request_buffering: false", "request_buffer: false"),
        ("- name: rate-limiting", "- name: rate-limit"),
        ("minute: 60", "minutes: 60"),
        ("minute: 60", "minute: 600"),
        ("limit_by: ip", "limit_by: address"),
        ("limit_by: ip", "limit_by: consumer"),
        ("        config:\n", "        enabled: yes please\n        config:\n"),
        ("policy: redis", "policy: local"),
        ("policy: redis", "policy: shared"),
        ("fault_tolerant: true", "fault_tolerant: false"),
        ("host: redis.internal", "hosts: redis.internal"),
        ("port: 6380", "port: 66380"),
        ("            timeout: 100\n", "            timeout: 2000\n"),
        ("ssl_verify: true", "ssl_verify: false"),
        ("server_name: redis.internal", "server_name: cache.internal"),
        ("{vault://env/kong-redis-password}", "hunter2"),
    ] {
        assert!(sound.contains(from), "the configuration has no `{from}`");
        assert_ne!(faults(&sound.replacen(from, to, 1)), Vec::<String>::new(), "`{to}` was not found");
    }
}
