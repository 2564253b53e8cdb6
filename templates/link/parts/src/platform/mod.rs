//= settings
    #[command(flatten)]
    pub link: link::Settings,
