//= settings
    #[command(flatten)]
    pub cache: copies::Settings,
