//= settings
    #[command(flatten)]
    pub otlp: otlp::Settings,
//= recorder
        otlp::start(&settings.otlp)?;
//= series
        export_series::describe();
//= close
        otlp::flush().await;
