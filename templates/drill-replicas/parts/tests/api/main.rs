//= drills
        replicas_drill::run(pace).boxed_local(),
