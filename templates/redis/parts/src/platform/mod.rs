//= settings
    #[command(flatten)]
    pub redis: redis::Settings,
//= fields
    pub redis: redis::Redis,
//= before
        let redis = redis::link(&settings.redis.redis_url);
//= dependencies
        let dependencies = dependencies.with("redis", redis.probe());
//= new
            redis,
//= prepare
        self.redis.clone().connect().await;
