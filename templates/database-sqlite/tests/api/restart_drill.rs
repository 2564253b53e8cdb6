//! One process serves the clients, so they get no response while it is restarted: after it was killed, and for a new
//! version.

use tokio::time::sleep;

use crate::drill::Pace;
use crate::drill::load::Load;
use crate::drill::outcome::{EVERYTHING, Failure, Outcome};
use crate::support::ports::Port;
use crate::support::process::Process;
use crate::{happen, prepare, requests};

pub async fn run(pace: Pace) -> Vec<Outcome> {
    // Has the file, and gets no requests.
    let owner = Process::start(&["--drain-delay=1s"]).await;
    let mut flags: Vec<&str> = owner._fixture.flags.iter().map(String::as_str).collect();
    // Every process listens on the same port, which the load is sent to even while none does.
    let port = Port::reserve();
    let flag = port.flag();
    flags.push(&flag);
    let start = async || Process::start(&flags).await;
    let service = start().await;
    prepare(service.public).await;
    let load = Load::on(pace, owner.admin, &[service.public], requests());
    let mut running = Some(service);

    let what = "the process is killed, and started again".to_owned();
    let lasts = async {
        sleep(pace.phase / 4).await;
        running = None;
        running = Some(start().await);
    };
    let killed = happen(Failure { what, fails: EVERYTHING, lasts, ends: async {} }, &load, pace).await;

    let what = "a deployment: the process is stopped, and the new version started".to_owned();
    let lasts = async {
        let old = running.take().expect("it was started");
        old.terminate();
        assert_eq!(old.ended().await.code, Some(0));
        running = Some(start().await);
    };
    let deployed = happen(Failure { what, fails: EVERYTHING, lasts, ends: async {} }, &load, pace).await;
    drop(running);
    vec![killed, deployed]
}
