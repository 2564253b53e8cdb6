//= gauges
        let is_ready = self.platform.ready.load(std::sync::atomic::Ordering::Relaxed);
        metrics::gauge!("service_ready").set(u8::from(is_ready));
//= admin
    let measured = Arc::downgrade(app);
    let measure = move || measured.upgrade().into_iter().for_each(|app| app.measure());
    app.platform.datadog.measured_by(measure);
