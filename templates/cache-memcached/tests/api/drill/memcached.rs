//! Memcached fails: every request is answered without it.

use super::outcome::Outcome;
use super::{Pace, dependency};
use crate::support::chaos::Chaos;
use crate::support::process::Process;
use crate::support::servers::{self, address, by_way_of};

pub async fn fails(pace: Pace) -> Vec<Outcome> {
    let url = servers::memcached();
    let chaos = Chaos::start(address(&url));
    let flag = format!("--memcached-url={}", by_way_of(chaos.address(), &url));
    let service = Process::start(&[&flag]).await;
    dependency::fails("Memcached", &[], &chaos, &service, pace).await
}
