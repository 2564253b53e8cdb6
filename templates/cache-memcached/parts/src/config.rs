//= settings
    /// Where Memcached is
    #[arg(long, env, default_value = "memcache://127.0.0.1:11211", value_parser = crate::platform::store::address)]
    pub memcached_url: String,
