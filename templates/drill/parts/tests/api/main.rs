//= drill

/// The failures that a drill takes the service through, each with its outcomes.
fn failures_of_a_drill(pace: drill::Pace) -> Vec<LocalBoxFuture<'static, Vec<drill::outcome::Outcome>>> {
    vec![
        //= drills
        // Needs nothing but the service.
        drill::overload::at_twice_the_capacity(pace).boxed_local(),
    ]
}

/// What the clients of a drill ask for, in turn.
fn requests() -> Vec<support::http::Request> {
    let get = |path| support::http::request("GET", path);
    vec![
        //= requests
        // Needs nothing but the service.
        get("/greet?name=Ada"),
    ]
}

/// Adds what they ask for, so that nothing is done for the first time during a drill.
async fn prepare(service: std::net::SocketAddr) {
    //= prepare
    assert_eq!(support::http::get(service, "/greet").await.status, 200);
}
