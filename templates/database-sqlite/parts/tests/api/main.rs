//= drills
        restart_drill::run(pace).boxed_local(),
