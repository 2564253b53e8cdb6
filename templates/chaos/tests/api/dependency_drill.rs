//! What the service depends on is killed, freezes, and is restarted, one after the other.

use tokio::time::sleep;

use crate::drill::Pace;
use crate::drill::load::Load;
use crate::drill::outcome::{Failure, Outcome};
use crate::support::chaos::{Chaos, Mode};
use crate::support::process::Process;
use crate::{happen, prepare, requests};

/// Takes `service`, which reaches the dependency of this name through `chaos`, through its failures. The requests in
/// `fails` cannot be answered during it.
pub async fn fails(
    name: &str,
    fails: &'static [&'static str],
    chaos: &Chaos,
    service: &Process,
    pace: Pace,
) -> Vec<Outcome> {
    prepare(service.public).await;
    let load = Load::on(pace, service.admin, &[service.public], requests());
    let failure = async |what: &str, mode| {
        let lasts = async {
            chaos.set(mode).await;
            sleep(pace.phase).await;
        };
        let what = format!("{name} {what} for {:?}", pace.phase);
        happen(Failure { what, fails, lasts, ends: chaos.set(Mode::Pass) }, &load, pace).await
    };
    let killed = failure("is killed: it refuses connections", Mode::Closed).await;
    let frozen = failure("is frozen: it accepts connections and never answers", Mode::Hole).await;
    let lasts = async {
        chaos.set(Mode::Closed).await;
        chaos.set(Mode::Pass).await;
        sleep(pace.phase).await;
    };
    let what = format!("{name} is restarted: it ends all connections");
    let restarted = happen(Failure { what, fails, lasts, ends: async {} }, &load, pace).await;
    vec![killed, frozen, restarted]
}
