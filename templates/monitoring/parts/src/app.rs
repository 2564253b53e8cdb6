//= measure

/// Updates the gauges, just before the metrics are read.
pub fn measure(app: &App) {
    crate::platform::process::measure();
    metrics::gauge!("http_server_active_requests").set(app.platform.in_flight() as f64);
    //= gauges
}
