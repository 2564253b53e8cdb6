//! The minimal axum service for `GET /greet`: the baseline of every measured ratio.
//!
//! No limit, no time-out, no log, no metric, no drain. The listener sets `TCP_NODELAY` like the generated server, so
//! that the comparison is about the layers.

use axum::extract::Query;
use axum::routing::get;
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Who {
    name: Option<String>,
}

#[derive(Serialize)]
struct Greeting {
    message: String,
}

async fn greet(Query(who): Query<Who>) -> Json<Greeting> {
    let name = who.name.as_deref().unwrap_or("Developer");
    Json(Greeting {
        message: format!("Hello, {name}!"),
    })
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "0".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        // A socket without the option still works, only slower.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, Router::new().route("/greet", get(greet))).await
}
