//= admin
    let measured = Arc::downgrade(app);
    app.platform.datadog.measured_by(move || {
        if let Some(app) = measured.upgrade() {
            measure(&app);
        }
    });
//= gauges
    let is_ready = app.platform.ready.load(std::sync::atomic::Ordering::Relaxed);
    metrics::gauge!("service_ready").set(u8::from(is_ready));
