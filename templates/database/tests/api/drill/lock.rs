//! Another program locks the table of products: writes wait for it, and are refused in time.

use tokio::time::sleep;

use super::load::Load;
use super::outcome::{Failure, Outcome};
use super::requests::NEED_THE_DATABASE;
use super::{Pace, requests};
use crate::support::process::Process;

pub async fn holds(pace: Pace) -> Vec<Outcome> {
    let service = Process::start(&[]).await;
    requests::prepare(service.public).await;
    let load = Load::on(service.admin, &[service.public], requests::all());
    let database = &service._fixture.database;
    let lasts = async {
        let lock = database.lock().await;
        sleep(pace.phase).await;
        lock.release().await;
    };
    let what = format!("another program locks the database for {:?}", pace.phase);
    // Statements that wait use up the connections, also those of reads.
    vec![Failure { what, fails: NEED_THE_DATABASE, lasts, ends: async {} }.happen(&load, pace).await]
}
