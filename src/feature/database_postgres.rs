//! Products in PostgreSQL: one database for as many replicas as it has connections for.

use super::{Feature, Offer, Wanted};
use crate::choice::{Database, Value};
use crate::part::Service;
use crate::part::versions::SQLX;

pub(super) const DATABASE_POSTGRES: Feature = Feature {
    id: "database-postgres",
    wanted: Wanted::Value(
        Value::Database(Database::Postgres),
        Offer {
            label: "PostgreSQL",
            clause: "one server that several replicas share",
            cost: "one server; as many replicas as its connections allow",
            why: "A database that several replicas share, with its own time-outs and migrations that run once.",
            pick: "when more than one replica runs, or the data has to outlive the machine",
        },
    ),
    contribute: |_, parts| {
        parts.services.push(Service { name: "postgres", purpose: "the database" });
        let url = "postgres://app:app@127.0.0.1:5432/app";
        let about = "Where the database is; with `?sslmode=verify-full` over TLS or not at all";
        parts.settings.add("DATABASE_URL", url, about);
        parts.manifest.add(SQLX.features(&["postgres", "tls-rustls-aws-lc-rs"]));
    },
};
