//! Another program locks the table of products: writes wait for it, and are refused in time.

use tokio::time::sleep;

use crate::drill::Pace;
use crate::drill::load::Load;
use crate::drill::outcome::{Failure, Outcome};
use crate::support::process::Process;
use crate::{NEED_THE_DATABASE, happen, prepare, requests};

pub async fn run(pace: Pace) -> Vec<Outcome> {
    let service = Process::start(&[]).await;
    prepare(service.public).await;
    let load = Load::on(pace, service.admin, &[service.public], requests());
    let database = &service._fixture.database;
    let lasts = async {
        let lock = database.lock().await;
        sleep(pace.phase).await;
        lock.release().await;
    };
    let what = format!("another program locks the database for {:?}", pace.phase);
    // Statements that wait use up the connections, also those of reads.
    vec![happen(Failure { what, fails: NEED_THE_DATABASE, lasts, ends: async {} }, &load, pace).await]
}
