//= drills
        memcached_drill::run(pace).boxed_local(),
