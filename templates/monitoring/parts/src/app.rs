//= methods

    /// Updates the gauges; called for each scrape.
    pub fn measure(&self) {
        metrics::gauge!("http_requests_in_flight").set(self.platform.in_flight() as f64);
        //= gauges
    }
