//= settings
    /// Where the other service is, and whatever path its API is under
    #[arg(long, env, default_value = "http://127.0.0.1:9100", value_parser = crate::platform::upstream::base_url)]
    pub upstream_url: String,
    /// Longest wait for the other service, over both tries; at most nine tenths of REQUEST_TIMEOUT
    ///
    /// By default 3s, or nine tenths of REQUEST_TIMEOUT if that is less.
    #[arg(long, env, value_parser = time("10ms", "1h"))]
    pub upstream_timeout: Option<Duration>,
//= contradictions
        found.extend(crate::platform::upstream::contradiction(self));
