//= settings
    #[command(flatten)]
    pub spans: spans::Settings,
