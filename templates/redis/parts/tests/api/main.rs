//= drills
        redis_drill::fails(pace).boxed_local(),
