//= settings
    #[command(flatten)]
    pub otlp: otlp::Settings,
//= recorder
        otlp::start(&settings.otlp)?;
//= series
        export_series::describe();
//= flush
        // First: a database that does not respond would take the rest of the time.
        otlp::flush().await;
