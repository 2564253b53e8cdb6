//= failures
        postgres::fails(pace).boxed_local(),
