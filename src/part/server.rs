//! A server that a project needs, described in the Compose files, the README, the tests, and the report of `new`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A server that runs beside the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its name, in Compose files and as a host.
    pub name: &'static str,
    /// Its purpose, in one clause.
    pub purpose: &'static str,
    /// The image that it runs from, with its version.
    pub image: &'static str,
    /// Its command in the deployment, as lines of a Compose file, if that depends on the stack.
    pub command: Option<&'static str>,
    /// Its configuration for development and tests, if it is needed then.
    pub development: Option<Development>,
}

/// A server during development and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Development {
    /// Its URL.
    pub url: &'static str,
    /// The health check for Compose: a YAML list.
    pub healthcheck: &'static str,
    /// Its command: a YAML list.
    pub command: Option<&'static str>,
    /// Its environment: a YAML map.
    pub environment: Option<&'static str>,
    /// The variable that makes tests use another one.
    pub variable: &'static str,
    /// The requirement on that one, for the README.
    pub requirement: &'static str,
    /// Its use in tests, and how they share it.
    pub about: &'static str,
}

impl Server {
    /// One that only a deployment needs.
    pub(crate) const fn deployed(name: &'static str, purpose: &'static str, image: &'static str) -> Self {
        Self { name, purpose, image, command: None, development: None }
    }

    /// What templates may ask for: `<% servers.redis.image %>`.
    pub(crate) fn fields(&self) -> BTreeMap<&'static str, &'static str> {
        let Self { image, command, development, .. } = *self;
        let mut fields = BTreeMap::from([("image", image)]);
        fields.extend(command.map(|command| ("command", command)));
        if let Some(Development { healthcheck, command, environment, .. }) = development {
            fields.insert("healthcheck", healthcheck);
            fields.extend(command.map(|command| ("development_command", command)));
            fields.extend(environment.map(|environment| ("environment", environment)));
        }
        fields
    }
}

/// The rows of the README's table of variables for tests.
pub(crate) fn test_variables(servers: &[Server]) -> String {
    let rows = servers.iter().filter_map(|server| server.development).map(|development| {
        let Development { variable, url, requirement, .. } = development;
        format!("| `{variable}`{requirement} | `{url}` |")
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// The functions that return the URLs of the servers to tests.
pub(crate) fn test_functions(servers: &[Server]) -> String {
    let mut text = String::new();
    for Server { name, development, .. } in servers {
        if let Some(Development { variable, url, about, .. }) = development {
            write!(text, "\n/// {about}\npub fn {name}() -> String {{\n    found(\"{variable}\", \"{url}\")\n}}\n")
                .expect("a String takes every write");
        }
    }
    text.trim().to_owned()
}

/// The servers as services of a job in GitLab, each under its name.
pub(crate) fn gitlab_services(servers: &[Server]) -> String {
    let mut text = String::new();
    for Server { name, image, development, .. } in servers {
        if let Some(Development { command, environment, .. }) = development {
            write!(text, "    - name: {image}\n      alias: {name}\n").expect("a String takes every write");
            for (key, value) in [("command", command), ("variables", environment)] {
                if let Some(value) = value {
                    writeln!(text, "      {key}: {value}").expect("a String takes every write");
                }
            }
        }
    }
    text.trim_end().to_owned()
}

/// The variables that make tests use those services: a service is reached under its name.
pub(crate) fn gitlab_variables(servers: &[Server]) -> String {
    let lines = servers.iter().filter_map(|server| {
        let Development { variable, url, .. } = server.development?;
        Some(format!("    {variable}: {}", url.replace("127.0.0.1", server.name)))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CACHE: Server = Server {
        name: "cache",
        purpose: "the cache",
        image: "cache:1",
        command: None,
        development: Some(Development {
            url: "cache://127.0.0.1:1",
            healthcheck: "[CMD, ping]",
            command: None,
            environment: Some("{ WORD: secret }"),
            variable: "TEST_CACHE_URL",
            requirement: "",
            about: "The cache, which tests share.",
        }),
    };

    #[test]
    fn tests_look_for_the_servers_that_development_needs() {
        let servers = [CACHE, Server { name: "proxy", development: None, ..CACHE }];
        let function = "/// The cache, which tests share.\npub fn cache() -> String {\n    \
                        found(\"TEST_CACHE_URL\", \"cache://127.0.0.1:1\")\n}";
        assert_eq!(test_functions(&servers), function);
        assert_eq!(test_variables(&servers), "| `TEST_CACHE_URL` | `cache://127.0.0.1:1` |");
    }

    #[test]
    fn a_service_of_a_job_is_reached_under_its_name() {
        let servers = [CACHE, Server { name: "proxy", development: None, ..CACHE }];
        let services = "    - name: cache:1\n      alias: cache\n      variables: { WORD: secret }";
        assert_eq!(gitlab_services(&servers), services);
        assert_eq!(gitlab_variables(&servers), "    TEST_CACHE_URL: cache://cache:1");
    }
}
