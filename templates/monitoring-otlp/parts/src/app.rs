//= admin
    let measured = Arc::downgrade(app);
    crate::platform::otlp::measure_with(move || {
        if let Some(app) = measured.upgrade() {
            measure(&app);
        }
    });
