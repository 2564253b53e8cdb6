//! What the service depends on is killed, freezes, and is restarted, one after the other.

use tokio::time::sleep;

use crate::drill::Pace;
use crate::drill::load::Load;
use crate::drill::outcome::{Failure, Outcome};
use crate::support::chaos::{Chaos, Mode};
use crate::support::process::Process;
use crate::{happen, prepare, requests};

/// What a service reaches through `chaos`.
pub struct Dependency {
    pub name: &'static str,
    pub chaos: Chaos,
    /// The requests that cannot be answered without it.
    pub needed_by: &'static [&'static str],
}

/// Takes `service` through the failures of what it depends on.
pub async fn run(dependency: &Dependency, service: &Process, pace: Pace) -> Vec<Outcome> {
    let Dependency { name, ref chaos, needed_by: fails } = *dependency;
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
