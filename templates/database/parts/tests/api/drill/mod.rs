//= failures
        lock::holds(pace).boxed_local(),
