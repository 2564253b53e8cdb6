//= drills
        replicas_drill::fail(pace).boxed_local(),
