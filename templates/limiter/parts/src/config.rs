//= settings
    /// Requests a client may make: at once, and then in a second (s), minute (min) or hour (h)
    #[arg(long, env, default_value = "60/min")]
    pub rate_limit: crate::platform::quota::Quota,
    /// Proxies in front that append to X-Forwarded-For; 0 counts the peer itself as the client
    #[arg(long, env, default_value = "0", value_parser = number::<usize>(0, 100))]
    pub trusted_proxy_hops: usize,
