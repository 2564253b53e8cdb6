//= drills
        upstream_drill::fails(pace).boxed_local(),
//= requests
        get(support::fetched::PATH),
