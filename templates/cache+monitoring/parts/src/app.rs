//= gauges
        metrics::gauge!("cache_entries").set(self.cache.copies().size() as f64);
        metrics::gauge!("cache_loads").set(self.cache.copies().loading() as f64);
