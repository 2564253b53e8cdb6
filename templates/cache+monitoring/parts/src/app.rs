//= gauges
    <% caches.entries %>
    <% caches.loads %>
    metrics::gauge!("cache_entries").set(entries as f64);
    metrics::gauge!("cache_loads").set(loads as f64);
