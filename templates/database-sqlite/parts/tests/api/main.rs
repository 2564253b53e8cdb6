//= drills
        restart_drill::follows(pace).boxed_local(),
