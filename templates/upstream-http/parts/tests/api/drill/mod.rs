//= failures
        upstream::fails(pace).boxed_local(),
