//! A cache that replicas share in Memcached, behind a short-lived local cache in each process.

use super::{Feature, Offer, Wanted};
use crate::choice::{Cache, Value};
use crate::part::versions::MEMCACHE;
use crate::part::{Deployed, Development, Group, Layer, Server};

pub(super) const CACHE_MEMCACHED: Feature = Feature {
    id: "cache-memcached",
    wanted: Wanted::Value(
        Value::Cache(Cache::Memcached),
        Offer {
            label: "Memcached",
            clause: "shared by all replicas: one Memcached",
            cost: "one server; if it fails, reads go to the database",
            why: "A value is loaded once for all replicas, and all of them see a write.",
            pick: "when the team already runs Memcached",
        },
    ),
    contribute: |stack, parts| {
        parts.servers.push(MEMCACHED);
        parts.symptoms.of("memcached").dependency("MemcachedFails", "Memcached fails");
        parts.settings.add(Group::Data, "MEMCACHED_URL", URL, "URL of Memcached").deployed(if stack.runs_servers() {
            Deployed::As("memcache://memcached:11211")
        } else {
            ELSEWHERE
        });
        parts.limits.time_out(Layer::Call, "a call to Memcached", "25 ms", "the request continues without it");
        let wait = "wait 25 ms, then the request continues without it";
        parts.limits.bound("connections to Memcached", "`CONNECTIONS` in `src/platform/store.rs`", wait);
        if stack.runs_servers() {
            parts.limits.bound("memory of Memcached", "192 MiB", "the least recently used entries are evicted");
        }
        parts.manifest.add(MEMCACHE.features(&["tokio"]));
    },
};

const URL: &str = "memcache://127.0.0.1:11211";

const ELSEWHERE: Deployed =
    Deployed::ByOperator { meaning: "the URL of Memcached", example: "memcache://memcached.example.com:11211" };

const MEMCACHED: Server = Server {
    name: "memcached",
    purpose: "what replicas share; the service works without it",
    image: "memcached:1.6",
    command: None,
    development: Some(Development {
        url: URL,
        healthcheck: r#"[CMD, bash, -c, "exec 3<>/dev/tcp/127.0.0.1/11211 && printf 'version\\r\\n' >&3 && read -t 2 -r line <&3"]"#,
        command: None,
        environment: None,
        variable: "TEST_MEMCACHED_URL",
        requirement: "",
        about: "Memcached, shared by all tests: each test has its own key prefix.",
    }),
};
