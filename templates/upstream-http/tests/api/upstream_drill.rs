//! The other service fails: the fallback is returned in its place.

use crate::dependency_drill::{self, Dependency};
use crate::drill::Pace;
use crate::drill::outcome::Outcome;
use crate::support::chaos::Chaos;
use crate::support::fetched::PATH;
use crate::support::process::Process;
use crate::upstream::{ok, other};

pub async fn run(pace: Pace) -> Vec<Outcome> {
    let (other, _) = other(|_| ok()).await;
    let chaos = Chaos::start(&other.public.to_string());
    let flag = format!("--upstream-url=http://{}", chaos.address());
    let service = Process::start(&[&flag]).await;
    let dependency = Dependency { name: "the other service", chaos, needed_by: &[PATH] };
    let mut outcomes = dependency_drill::run(&dependency, &service, pace).await;
    for outcome in &mut outcomes {
        let failed = outcome.during.iter().filter(|sample| !sample.is_answered()).count();
        if failed > 0 {
            outcome.broken.push(format!("{}: {failed} requests did not get the fallback", outcome.what));
        }
    }
    outcomes
}
