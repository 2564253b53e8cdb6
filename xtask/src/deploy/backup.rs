//! Backups: made while the service runs, and restored by the commands of the runbook.

use std::fs;

use anyhow::{Context, Result, bail, ensure};

use super::site::Site;
use super::{behaviour, eventually};
use crate::http::{self, Client};
use crate::tally::Tally;

/// The service in the Compose file.
const SERVICE: &str = "backup";

/// The backup that the commands of the runbook name as an example.
const EXAMPLE: &str = "app-20260101T000000Z";

/// Runs the checks of a project with a database.
pub(super) fn check(tally: &mut Tally, site: &Site, name: &str) {
    if site.has(SERVICE) {
        tally.note(&format!("{name}: a backup is restored as the runbook says"), || restored(site));
        tally.check(&format!("{name}: the age of the last backup is a metric"), || measured(site));
    }
}

/// Checks that the first backup is made without being asked for, before a roll replaces the container and its log.
pub(super) fn check_schedule(tally: &mut Tally, site: &Site, name: &str) {
    if site.has(SERVICE) {
        tally.check(&format!("{name}: the schedule has made a backup by itself"), || scheduled(site));
    }
}

/// What was there at the backup is there again, and what was made later is not.
fn restored(site: &Site) -> Result<String> {
    let kept = create(site, "Kept")?;
    let runbook = fs::read_to_string(site.folder().join("../ops/runbook/backup.md"))?;
    let make = runbook.split('`').find(|quoted| quoted.contains(" exec backup ") && !quoted.contains("ls -l"));
    let made = site.shell(make.context("the runbook makes no backup")?)?.read()?;
    let file = made.lines().last().and_then(|line| line.rsplit('/').next()).context("no name of a backup")?;
    let lost = create(site, "Lost")?;

    let block = runbook.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    let block = block.context("the runbook restores nothing")?;
    let ending = block.split_once(EXAMPLE).and_then(|(_, rest)| rest.split_whitespace().next());
    let example = format!("{EXAMPLE}{}", ending.context("the runbook names no backup")?);
    ensure!(block.contains(" stop app\n"), "the runbook does not stop the service: {block}");
    site.shell(&block.replace(&example, file))?.read()?;
    eventually(|| http::get(site.public_port, &kept)?.expect(200))?;
    http::get(site.public_port, &lost)?.expect(404)?;
    Ok(file.to_owned())
}

fn create(site: &Site, name: &str) -> Result<String> {
    let product = format!(r#"{{"name":"{name}","price_cents":1}}"#);
    let made = eventually(|| Client::new(site.public_port).send("POST", "/products", &product))?;
    let location = made.header("location").context("no Location")?.to_owned();
    made.expect(201)?;
    Ok(location)
}

fn measured(site: &Site) -> Result<()> {
    eventually(|| match behaviour::series(site, "time()-db_last_backup_timestamp_seconds%3C3600")? {
        0 => bail!("no replica knows of a backup of the last hour"),
        _ => Ok(()),
    })
}

fn scheduled(site: &Site) -> Result<()> {
    let made = |line: &str| line.contains("a backup was made") || line.starts_with("app-");
    eventually(|| {
        let log = site.compose(["logs", "--no-log-prefix", SERVICE])?.read()?;
        ensure!(log.lines().any(made), "its log has no backup: {log}");
        Ok(())
    })
}
