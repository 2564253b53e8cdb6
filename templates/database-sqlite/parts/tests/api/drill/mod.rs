//= failures
        restart::follows(pace).boxed_local(),
