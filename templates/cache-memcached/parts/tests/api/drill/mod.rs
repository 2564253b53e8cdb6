//= failures
        memcached::fails(pace).boxed_local(),
