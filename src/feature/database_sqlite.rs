//! Products in one SQLite file: nothing to install, one replica.

use super::{Feature, Offer, Wanted};
use crate::choice::{Database, Value};
use crate::part::versions::{SQLX, TEMPFILE};
use crate::part::{Group, Layer};

pub(super) const DATABASE_SQLITE: Feature = Feature {
    id: "database-sqlite",
    wanted: Wanted::Value(
        Value::Database(Database::Sqlite),
        Offer {
            label: "SQLite",
            clause: "one file, nothing to install, one replica",
            cost: "one file, no server; one replica",
            why: "A real database with nothing to install.",
            pick: "until a second replica has to write",
        },
    ),
    contribute: |_, parts| {
        parts.settings.add(Group::Data, "DATABASE_URL", "sqlite://data/app.db", "URL of the database file");
        let statement =
            "8 s, or nine tenths of `REQUEST_TIMEOUT` if that is less: then the waits in it are shorter in proportion";
        parts.limits.time_out(Layer::Call, "a statement, including its waits", statement, "503");
        parts.limits.time_out(Layer::Call, "SQLite's write lock", "5 s", "503");
        let connections = "`CONNECTIONS` in `src/platform/sqlite.rs`";
        parts.limits.bound("connections to the database", connections, "wait 2 s, then 503");
        parts.volumes.extend(["data", "backups"]);
        parts.limits.bound("backups", "14, or `--keep`", "the oldest is deleted");
        parts.manifest.add(SQLX.features(&["sqlite-bundled"]));
        parts.manifest.add_dev(TEMPFILE.plain());
    },
};
