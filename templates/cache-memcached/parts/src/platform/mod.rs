//= settings
    #[command(flatten)]
    pub memcached: store::Settings,
//= fields
    pub memcached: store::Store,
//= before
        let memcached = store::link(&settings.memcached.memcached_url);
//= dependencies
        let dependencies = dependencies.with("memcached", memcached.probe());
//= new
            memcached,
//= prepare
        self.memcached.clone().connect().await;
