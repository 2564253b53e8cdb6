//! Memcached fails: every request is answered without it.

use crate::dependency_drill::{self, Dependency};
use crate::drill::Pace;
use crate::drill::outcome::Outcome;
use crate::support::chaos::Chaos;
use crate::support::process::Process;
use crate::support::servers::{self, address, by_way_of};

pub async fn run(pace: Pace) -> Vec<Outcome> {
    let url = servers::memcached();
    let chaos = Chaos::start(address(&url));
    let flag = format!("--memcached-url={}", by_way_of(chaos.address(), &url));
    let service = Process::start(&[&flag]).await;
    let dependency = Dependency { name: "Memcached", chaos, needed_by: &[] };
    dependency_drill::run(&dependency, &service, pace).await
}
