//= admin
    let measured = Arc::downgrade(app);
    let measure = move || measured.upgrade().into_iter().for_each(|app| app.measure());
    app.platform.datadog.measured_by(measure);
