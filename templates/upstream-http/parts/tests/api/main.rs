//= drills
        upstream_drill::run(pace).boxed_local(),
//= requests
        get(support::fetched::PATH),
