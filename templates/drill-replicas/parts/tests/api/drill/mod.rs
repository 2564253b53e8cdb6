//= failures
        replicas::fail(pace).boxed_local(),
