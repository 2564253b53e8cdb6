//! A database of either kind: products, migrations, a pool of connections.

use super::shared::health_reading;
use super::{Feature, Wanted};
use crate::choice::{Database, Monitoring};
use crate::part::panel::rate;
use crate::part::series::SeriesOf;
use crate::part::versions::{BYTESIZE, CHRONO, SQLX, UTOIPA};
use crate::part::{
    Condition, Dashboards, Group, Layer, Limits, Panel, Parts, Scope, Section, Settings, Symptoms, Unit,
};
use crate::stack::Stack;

pub(super) const DATABASE: Feature =
    Feature { id: "database", wanted: Wanted::Where(|stack| stack.database != Database::None), contribute };

fn contribute(stack: &Stack, parts: &mut Parts) {
    parts.manifest.add(BYTESIZE.plain());
    parts.manifest.add(CHRONO.features(&["now", "serde", "std"]));
    parts.manifest.add(SQLX.features(&["chrono", "migrate", "runtime-tokio"]));
    parts.manifest.add(UTOIPA.features(&["chrono"]));
    add_settings(stack, &mut parts.settings);
    add_series(&mut parts.series.of("database"));
    add_panels(&mut parts.dashboards);
    add_symptoms(&mut parts.symptoms);
    add_limits(&mut parts.limits);
}

fn add_settings(stack: &Stack, settings: &mut Settings) {
    settings.add(Group::Data, "MIGRATE_ON_START", "true", "Run pending migrations before serving");
    settings.add(Group::Capacity, "BODY_LIMIT", "1MiB", "Largest request body, from 512KiB to 32MiB");
    if stack.monitoring != Monitoring::None {
        let about = "Folder whose newest file is the last backup, so that its time is a metric; none by default";
        settings.add(Group::Data, "BACKUP_FOLDER", "", about);
    }
}

fn add_series(series: &mut SeriesOf<'_>) {
    series.gauge("db_pool_connections", "Connections to the database, by state: idle or used");
    series.counter("db_pool_timeouts_total", "Requests that got no connection in time");
    series.gauge("db_pool_waiting", "Requests that wait for a connection to the database");
    series.gauge("db_pool_size", "Connections to the database that may be used at once");
    series.gauge("db_migrations_ahead", "Migrations in the database that this version does not know");
    series.gauge("db_last_backup_timestamp_seconds", "Time of the last backup; 0 if there is none");
}

fn add_panels(dashboards: &mut Dashboards) {
    let age = "Without `BACKUP_FOLDER` it is not known.";
    dashboards.add(
        "database",
        Panel::new(Section::Parts, "Age of the last backup", age, Unit::Seconds)
            .query("time() - max(db_last_backup_timestamp_seconds{job=\"app\"})", "last backup")
            .limit(36.0 * 3600.0)
            .runbook("backup"),
    );
    dashboards.add(
        "database",
        Panel::new(
            Section::Parts,
            "Database connections",
            "A time-out is a request that waited 2 s for a connection.",
            Unit::Count,
        )
        .query("sum by (state) (db_pool_connections{job=\"app\"})", "{{state}}")
        .query("sum(db_pool_size{job=\"app\"})", "maximum")
        .query("sum(db_pool_waiting{job=\"app\"})", "requests that wait")
        .query(&rate("db_pool_timeouts_total"), "time-outs per second")
        .runbook("database"),
    );
}

fn add_symptoms(symptoms: &mut Symptoms) {
    symptoms.of("database").page(
        "DatabaseFails",
        "The database fails",
        "The database fails; requests that need it are answered 503 at once",
        Condition::Written(Scope::Service),
    );
    symptoms.of("database").ticket(
        "DatabaseIsAhead",
        "The database is ahead",
        "<count> migrations in the database are unknown to the running version",
        Condition::Written(Scope::Service),
    );
    symptoms.of("database").ticket(
        "DatabasePoolIsExhausted",
        "The database pool is exhausted",
        "Requests wait longer than 2 s for a database connection and are answered 503",
        Condition::Events { counter: "db_pool_timeouts_total", over: 10, keep: 5 },
    );
    symptoms.of("backup").ticket(
        "BackupIsOld",
        "The backup is old",
        "No backup of the database has been made for more than a day",
        Condition::Written(Scope::Service),
    );
}

fn add_limits(limits: &mut Limits) {
    limits.time_out(Layer::Call, "a connection of the pool", "2 s", "503");
    health_reading(limits);
    let rest = "the rest of `DRAIN_TIMEOUT`, less a twentieth";
    limits.time_out(Layer::Shutdown, "then: connections to the database", rest, "dropped");
    limits.bound("a body", "`BODY_LIMIT` 1 MiB", "413");
    limits.bound("a page of products", "100", "422");
    limits.bound("requests that wait for the database", "half of `MAX_IN_FLIGHT`", "503 at once");
    let full = "with a full disk, writes fail with 503; after five in a row reads do too, until a probe succeeds";
    limits.bound("products, and so the size of the database", "none", full);
}
