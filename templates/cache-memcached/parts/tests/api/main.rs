//= drills
        memcached_drill::fails(pace).boxed_local(),
