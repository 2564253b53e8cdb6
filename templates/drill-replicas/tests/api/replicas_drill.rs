//! Two replicas behind a load balancer: one is killed, then both are replaced by new ones.

use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::sleep;

use crate::drill::Pace;
use crate::drill::load::Load;
use crate::drill::outcome::{Failure, Outcome};
use crate::support::ports::Port;
use crate::support::process::Process;
use crate::{happen, prepare, requests};

/// Load balancers notice within 2 s that a replica is no longer ready.
const NOTICED: Duration = Duration::from_secs(2);

pub async fn run(pace: Pace) -> Vec<Outcome> {
    // Has what replicas share, and gets no requests.
    let owner = Process::start(&["--drain-delay=3s"]).await;
    let flags: Vec<&str> = owner._fixture.flags.iter().map(String::as_str).collect();
    // The load goes on to the port of a replica that was killed.
    let ports: [Port; 4] = std::array::from_fn(|_| Port::reserve());
    let start = async |port: &Port| Process::start(&[&flags[..], &[&port.flag()]].concat()).await;
    let (one, other) = tokio::join!(start(&ports[0]), start(&ports[1]));
    prepare(one.public).await;

    // A write that a replica had when it was killed is not repeated, so there are none.
    let mut reads = requests();
    reads.retain(|request| request.method == "GET");
    let load = Load::on(pace, one.admin, &[one.public, other.public], reads);
    let lasts = async {
        sleep(pace.phase / 4).await;
        drop(other);
        sleep(pace.phase).await;
    };
    let what = "one of two replicas is killed".to_owned();
    let killed = happen(Failure { what, fails: &[], lasts, ends: async {} }, &load, pace).await;

    let other = start(&ports[1]).await;
    let load = Load::on(pace, owner.admin, &[one.public, other.public], requests());
    let mut new_ones = Vec::new();
    let lasts = async {
        for (old, port) in [one, other].into_iter().zip(&ports[2..]) {
            let new = start(port).await;
            let replicas = || load.replicas.lock().unwrap_or_else(PoisonError::into_inner);
            replicas().push(new.public);
            old.terminate();
            sleep(NOTICED).await;
            replicas().retain(|replica| *replica != old.public);
            assert_eq!(old.ended().await.code, Some(0));
            new_ones.push(new);
        }
    };
    let what = "a roll: both replicas are replaced, one after the other".to_owned();
    let rolled = happen(Failure { what, fails: &[], lasts, ends: async {} }, &load, pace).await;
    vec![killed, rolled]
}
