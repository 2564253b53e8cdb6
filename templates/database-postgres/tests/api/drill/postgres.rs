//! PostgreSQL fails: what does not need it is answered, and the rest is refused in time.

use super::outcome::Outcome;
use super::requests::NEED_THE_DATABASE;
use super::{Pace, dependency};
use crate::support::chaos::Chaos;
use crate::support::process::Process;
use crate::support::servers::{address, by_way_of};

pub async fn fails(pace: Pace) -> Vec<Outcome> {
    // Has the database, and gets no requests.
    let owner = Process::start(&[]).await;
    let url = owner._fixture.database.url();
    let chaos = Chaos::start(address(&url));
    let flag = format!("--database-url={}", by_way_of(chaos.address(), &url));
    let service = Process::start(&[&flag]).await;
    dependency::fails("PostgreSQL", NEED_THE_DATABASE, &chaos, &service, pace).await
}
