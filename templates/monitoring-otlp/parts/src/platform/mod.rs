//= settings
    #[command(flatten)]
    pub otlp: otlp::Settings,
//= recorder
        otlp::start(&settings.otlp)?;
//= series
        export_series::describe();
//= flush
        // Before the database, which would take the rest of the time if it does not respond.
        otlp::flush().await;
