//= settings
    #[command(flatten)]
    pub otlp: otlp::Settings,
//= recorder
        otlp::start(&settings)?;
//= close
        otlp::flush().await;
