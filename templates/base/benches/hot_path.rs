//! Measures a request through the whole stack without the network: `cargo bench`.

use std::sync::Arc;

use app::app::router;
use app::config::Config;
use app::platform::guard::protect;
use app::platform::settings::Environment;
use app::state::App;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use divan::Bencher;
use tokio::runtime::Runtime;
use tower::ServiceExt;

fn main() {
    divan::main();
}

#[divan::bench]
fn greet(bencher: Bencher) {
    let (stack, _) = Stack::new();
    bencher.bench_local(|| assert_eq!(stack.get("/greet?name=Ada"), 200));
}

#[divan::bench]
fn unknown_path(bencher: Bencher) {
    let (stack, _) = Stack::new();
    bencher.bench_local(|| assert_eq!(stack.get("/nowhere"), 404));
}
//= benches

/// The routes behind the guard, and a runtime to run them.
struct Stack {
    runtime: Runtime,
    router: Router,
}

impl Stack {
    /// A stack, and the state that its handlers share.
    fn new() -> (Self, Arc<App>) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().expect("a runtime");
        let arguments = ["app"];
        //= arguments
        // `.env.example` also has values for the settings without a default.
        let variables = dotenvy::from_read_iter(include_bytes!("../.env.example").as_slice());
        let variables = variables.map(|pair| pair.expect("a test reads it"));
        let environment: Environment = variables.map(|(name, value)| (name.into(), value.into())).collect();
        let config = Config::read(arguments.into_iter().map(Into::into), &environment);
        let config = config.expect("valid flags");
        let app = runtime.block_on(async { App::new(config) });
        let app = app.expect("an app");
        let router = protect(router(Arc::clone(&app)), &app.platform);
        (Self { runtime, router }, app)
    }

    /// The status of the response to a GET.
    fn get(&self, path: &str) -> u16 {
        let request = Request::get(path).header("host", "app").body(Body::empty()).expect("a request");
        let answer = self.runtime.block_on(self.router.clone().oneshot(request));
        answer.expect("routers do not fail").status().as_u16()
    }
}
