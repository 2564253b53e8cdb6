//! Products in PostgreSQL: one database for several replicas.

use super::{Feature, Offer, Wanted};
use crate::choice::{Database, Value};
use crate::part::versions::SQLX;
use crate::part::{Deployed, Development, Group, Layer, Parts, Secret, Server, connections};

pub(super) const DATABASE_POSTGRES: Feature = Feature {
    id: "database-postgres",
    wanted: Wanted::Value(
        Value::Database(Database::Postgres),
        Offer {
            label: "PostgreSQL",
            clause: "one server that several replicas share",
            cost: "one server; as many replicas as its connections allow",
            why: "A database that several replicas share, with its own time-outs and migrations that run once.",
            pick: "when more than one replica runs, or the data must survive the machine",
        },
    ),
    contribute: |stack, parts| {
        parts.servers.push(POSTGRES);
        let about = "URL of the database; `?sslmode=verify-full` requires TLS";
        let url = parts.settings.add(Group::Data, "DATABASE_URL", URL, about).secret();
        if !stack.runs_servers() {
            url.deployed(ELSEWHERE);
        }
        limit(parts);
        let connections = "`CONNECTIONS` in `src/platform/postgres.rs`";
        parts.limits.bound("connections to the database", connections, "wait 2 s, then 503");
        let (spare, each) = (stack.deploy.target().spare, connections::OF_A_REPLICA);
        let all = connections::while_rolling(stack.most_replicas(), spare);
        let result = format!("{} × {each} = {all}, of 100 with 3 for its administrators", all / each);
        let needs = if spare {
            "(`CONNECTIONS` + 1 for health) × (replicas + 1, the spare of a roll)"
        } else {
            "(`CONNECTIONS` + 1 for health) × 2 × replicas: each may run twice while a new version starts"
        };
        parts.limits.size("connections to PostgreSQL", needs, result);
        parts.secrets.extend(SECRETS);
        parts.volumes.extend(["postgres", "backups"]);
        if stack.runs_servers() {
            let then = "killed and restarted; the service waits for it";
            parts.limits.bound("backups", "14", "the oldest is deleted");
            parts.limits.bound("memory of PostgreSQL", "512 MiB, of which 128 MiB are buffers", then);
        }
        parts.manifest.add(SQLX.features(&["postgres", "tls-rustls-aws-lc-rs"]));
    },
};

const URL: &str = "postgres://app:app@127.0.0.1:5432/app";

const ELSEWHERE: Deployed = Deployed::ByOperator {
    meaning: "the URL of the database",
    example: "postgres://app:PASSWORD@postgres.example.com:5432/app?sslmode=verify-full",
};

const SECRETS: [Secret; 2] = [
    Secret { name: "postgres_password", content: "$(openssl rand -hex 24)", of_service: false },
    Secret {
        name: "database_url",
        content: "postgres://app:$(cat deploy/secrets/postgres_password)@postgres:5432/app",
        of_service: true,
    },
];

const POSTGRES: Server = Server {
    name: "postgres",
    purpose: "the database",
    image: "postgres:17",
    command: None,
    development: Some(Development {
        url: URL,
        healthcheck: "[CMD, pg_isready, --host=127.0.0.1, --username=app]",
        command: Some("[postgres, -c, max_connections=300, -c, fsync=off]"),
        environment: Some("{ POSTGRES_USER: app, POSTGRES_PASSWORD: app }"),
        variable: "TEST_DATABASE_URL",
        requirement: ", of a role that may create databases",
        about: "PostgreSQL, as a role that may create databases.",
    }),
};

fn limit(parts: &mut Parts) {
    for (what, limit, then) in [
        (
            "a statement, including the wait for a connection",
            "5 s, or nine tenths of `REQUEST_TIMEOUT` if that is less: then the waits in it are shorter in proportion",
            "503; a connection that does not respond for 5 s more is closed",
        ),
        ("a new connection to PostgreSQL", "2 s", "503; at once if it is refused"),
        ("PostgreSQL: a statement", "3 s", "cancelled by the server, 503"),
        ("PostgreSQL: a lock", "2 s", "cancelled by the server, 503"),
        ("PostgreSQL: an idle transaction", "10 s", "ended by the server"),
        (
            "all migrations, including the wait for those of another replica",
            "1 h",
            "retried; if a migration fails, the service does not start",
        ),
    ] {
        parts.limits.time_out(Layer::Call, what, limit, then);
    }
}
