//= settings
    #[command(flatten)]
    pub limiter: limiter::Settings,
//= fields
    pub limiter: limiter::Limiter,
//= new
            limiter: limiter::Limiter::new(settings.limiter.rate_limit),
