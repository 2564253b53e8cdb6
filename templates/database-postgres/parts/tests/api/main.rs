//= drills
        postgres_drill::fails(pace).boxed_local(),
