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
    /// The variable that makes tests use another one.
    pub variable: &'static str,
    /// The requirement on that one, for the README.
    pub requirement: &'static str,
    /// Its use in tests, and how they share it.
    pub about: &'static str,
}

impl Server {
    /// What templates may ask for: `<% servers.redis.image %>`.
    pub(crate) fn fields(&self) -> BTreeMap<&'static str, &'static str> {
        let Self { image, command, development, .. } = *self;
        let mut fields = BTreeMap::from([("image", image)]);
        fields.extend(command.map(|command| ("command", command)));
        fields.extend(development.map(|development| ("healthcheck", development.healthcheck)));
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
}
