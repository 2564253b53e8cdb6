//= settings
    #[command(flatten)]
    pub upstream: upstream::Settings,
//= contradictions
        found.extend(upstream::contradiction(self));
