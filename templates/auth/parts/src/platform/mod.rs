//= settings
    #[command(flatten)]
    pub keys: keys::Settings,
//= fields
    pub keys: keys::Keys,
