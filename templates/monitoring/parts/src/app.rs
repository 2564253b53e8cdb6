//= methods

    /// Updates the gauges, just before the metrics are read.
    pub fn measure(&self) {
        metrics::gauge!("http_server_active_requests").set(self.platform.in_flight() as f64);
        //= gauges
    }
