//= settings
    #[command(flatten)]
    pub upstream: upstream::Settings,
