//! A cache of either kind, and one that replicas share.

use super::shared::{has_remote_cache, set_key_prefix};
use super::{Feature, Wanted};
use crate::choice::Cache;
use crate::part::panel::rate;
use crate::part::series::SeriesOf;
use crate::part::versions::{MIMALLOC, QUICK_CACHE};
use crate::part::{Condition, Dashboards, Group, Layer, Limits, Panel, Parts, Section, Unit};
use crate::stack::Stack;

pub(super) const CACHE: Feature =
    Feature { id: "cache", wanted: Wanted::Where(|stack| stack.cache != Cache::None), contribute };

fn contribute(_: &Stack, parts: &mut Parts) {
    parts.settings.add(
        Group::Data,
        "CACHE_TTL",
        "60s",
        "Longest a cached value may lag behind the database, from 100ms to 30d",
    );
    parts.manifest.add(MIMALLOC.plain());
    parts.manifest.add(QUICK_CACHE.plain());
    add_series(&mut parts.series.of("cache"));
    add_panels(&mut parts.dashboards);
    parts.symptoms.of("cache").ticket(
        "CacheCannotLoad",
        "The cache cannot load",
        "Loads behind the cache fail; stale values are served for up to 10 minutes",
        Condition::Events { counter: "cache_load_failures_total", over: 10, keep: 5 },
    );
    add_limits(&mut parts.limits);
}

fn add_series(series: &mut SeriesOf<'_>) {
    series.gauge("cache_entries", "Entries in memory");
    series.gauge("cache_loads", "Loads in progress");
    series.counter("cache_load_failures_total", "Loads from the database that failed");
    series.counter("cache_loads_abandoned_total", "Loads whose readers had all disconnected before the end");
    add_results(series, &["hit", "miss", "negative", "stale"]);
}

/// Results of a read through the cache that have a series each.
fn add_results(series: &mut SeriesOf<'_>, results: &[&'static str]) {
    series.labelled("cache_requests_total", "result", results, "Reads through the cache, by result");
}

fn add_panels(dashboards: &mut Dashboards) {
    dashboards.add(
        "cache",
        Panel::new(Section::Parts, "Cache", "Stale responses mean that loads fail or are slow.", Unit::PerSecond)
            .query("sum by (result) (rate(cache_requests_total{job=\"app\"}[$__rate_interval]))", "{{result}}")
            .query(&rate("cache_loads_abandoned_total"), "abandoned loads")
            .query(&rate("cache_load_failures_total"), "failed loads")
            .runbook("cache"),
    );
    let read = |results: &str| format!("sum(rate(cache_requests_total{{job=\"app\"{results}}}[$__rate_interval]))");
    let share = format!("{} / {}", read(",result!=\"miss\""), read(""));
    dashboards.add(
        "cache",
        Panel::new(Section::Parts, "Hit ratio", "Share of reads that did not wait for a load.", Unit::Share)
            .query(&share, "hits")
            .runbook("cache"),
    );
    let held = "Entries in memory, and loads in progress, per replica.";
    dashboards.add(
        "cache",
        Panel::new(Section::Parts, "Cache entries and loads", held, Unit::Count)
            .query("cache_entries{job=\"app\"}", "{{instance}}")
            .query("cache_loads{job=\"app\"}", "{{instance}}, loads")
            .runbook("cache"),
    );
}

fn add_limits(limits: &mut Limits) {
    let reader = "a load, for the request that started it, if there is a stale value";
    limits.time_out(Layer::Call, reader, "25 ms", "the stale value is served; the load continues");
    limits.bound("the cache in memory", "64 MiB by weight", "the least used entries are evicted");
    limits.size("memory of the cache, in each replica", "64 MiB for each resource", "64 MiB");
    let loads = "loads of the cache, including those whose readers have disconnected";
    limits.bound(loads, "64", "readers without a cached value wait until theirs can start");
}

/// A cache server that replicas share, behind a short-lived local cache in each process.
pub(super) const CACHE_REMOTE: Feature = Feature {
    id: "cache-remote",
    wanted: Wanted::Where(has_remote_cache),
    contribute: |_, parts| {
        set_key_prefix(parts);
        add_results(&mut parts.series.of("cache"), &["shared"]);
        parts.series.of("cache").counter("cache_undecodable_total", "Shared values that could not be decoded");
        let about = "Values on the shared server that another version wrote, or that are damaged.";
        parts.dashboards.add(
            "cache",
            Panel::new(Section::Parts, "Undecodable shared values", about, Unit::PerSecond)
                .query(&rate("cache_undecodable_total"), "not decodable")
                .runbook("cache"),
        );
        parts.limits.bound("a value on the shared server", "1 MB", "not stored there");
    },
};
