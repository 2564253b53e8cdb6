//! One process has the file, so clients are without an answer while it is replaced: after it was killed, and by a new
//! version.

use std::sync::PoisonError;

use tokio::time::sleep;

use crate::drill::Pace;
use crate::drill::load::Load;
use crate::drill::outcome::{EVERYTHING, Failure, Outcome};
use crate::support::process::Process;
use crate::{happen, prepare, requests};

pub async fn follows(pace: Pace) -> Vec<Outcome> {
    // Has the file, and gets no requests.
    let owner = Process::start(&["--drain-delay=1s"]).await;
    let flags: Vec<&str> = owner._fixture.flags.iter().map(String::as_str).collect();
    let start = async || Process::start(&flags).await;
    let service = start().await;
    prepare(service.public).await;
    let load = Load::on(owner.admin, &[service.public], requests());
    let mut running = Some(service);
    let serve = |at| *load.replicas.lock().unwrap_or_else(PoisonError::into_inner) = vec![at];

    let what = "the process is killed, and started again".to_owned();
    let lasts = async {
        sleep(pace.phase / 4).await;
        running = None;
        let service = start().await;
        serve(service.public);
        running = Some(service);
    };
    let killed = happen(Failure { what, fails: EVERYTHING, lasts, ends: async {} }, &load, pace).await;

    let what = "a deployment: the process is stopped, and the new version started".to_owned();
    let lasts = async {
        let old = running.take().expect("it was started");
        old.terminate();
        assert_eq!(old.ended().await.code, Some(0));
        let service = start().await;
        serve(service.public);
        running = Some(service);
    };
    let deployed = happen(Failure { what, fails: EVERYTHING, lasts, ends: async {} }, &load, pace).await;
    drop(running);
    vec![killed, deployed]
}
