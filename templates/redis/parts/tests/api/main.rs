//= drills
        redis_drill::run(pace).boxed_local(),
