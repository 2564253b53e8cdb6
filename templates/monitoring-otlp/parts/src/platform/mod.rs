//= settings
    #[command(flatten)]
    pub otlp: otlp::Settings,
//= recorder
        otlp::start(&settings.otlp)?;
//= close
        otlp::flush().await;
