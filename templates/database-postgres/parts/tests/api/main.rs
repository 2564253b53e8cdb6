//= drills
        postgres_drill::run(pace).boxed_local(),
