//= settings
    #[command(flatten)]
    pub otlp: otlp::Settings,
//= recorder
        otlp::start(&settings)?;
//= series
        export_series::describe();
//= close
        otlp::flush().await;
