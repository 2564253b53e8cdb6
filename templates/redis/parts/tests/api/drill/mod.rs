//= failures
        redis::fails(pace).boxed_local(),
