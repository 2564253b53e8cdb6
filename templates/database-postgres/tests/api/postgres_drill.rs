//! PostgreSQL fails: what does not need it is answered, and the rest is refused in time.

use crate::NEED_THE_DATABASE;
use crate::dependency_drill::{self, Dependency};
use crate::drill::Pace;
use crate::drill::outcome::Outcome;
use crate::support::chaos::Chaos;
use crate::support::process::Process;
use crate::support::servers::{address, by_way_of};

pub async fn run(pace: Pace) -> Vec<Outcome> {
    // Has the database, and gets no requests.
    let owner = Process::start(&[]).await;
    let url = owner._fixture.database.url();
    let chaos = Chaos::start(address(&url));
    let flag = format!("--database-url={}", by_way_of(chaos.address(), &url));
    let service = Process::start(&[&flag]).await;
    let dependency = Dependency { name: "PostgreSQL", chaos, needed_by: NEED_THE_DATABASE };
    dependency_drill::run(&dependency, &service, pace).await
}
