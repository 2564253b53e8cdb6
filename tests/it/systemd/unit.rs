//! The units, key by key.

use super::Deployment;
use super::wanted::{BACKUP, HAPROXY, Line, REPLICA, SANDBOX, STATE, TIMER, VERSION};
use crate::projects::NAME;

/// `DRAIN_DELAY`, in seconds, and what the exit takes.
const DELAY: u32 = 5;
const EXIT: u32 = 2;

pub(super) fn faults(deployment: &Deployment) -> Vec<String> {
    let state: &[Line] = if deployment.has_file { STATE } else { &[] };
    let credentials: Vec<(String, String)> = deployment.secrets.iter().flat_map(|name| credential(name)).collect();
    let version: &[Line] = if deployment.settings.contains_key("DD_VERSION") { VERSION } else { &[] };
    let mut faults = compare(deployment, "app@.service", &[version, SANDBOX, REPLICA, state], &credentials);
    faults.extend(compare(deployment, "haproxy.conf", &[HAPROXY], &[]));
    if deployment.has_file {
        faults.extend(compare(deployment, "backup.service", &[SANDBOX, BACKUP, state], &[]));
        faults.extend(compare(deployment, "backup.timer", &[TIMER], &[]));
    }
    faults.extend(grace(deployment));
    faults
}

/// A secret is a file in memory, and its variable has the path.
fn credential(name: &str) -> [(String, String); 2] {
    let key = name.to_lowercase();
    let file = ("LoadCredential".to_owned(), format!("{key}:/etc/{NAME}/credentials/{key}"));
    [file, ("Environment".to_owned(), format!("{name}_FILE=%d/{key}"))]
}

/// Longer than the whole shutdown.
fn grace(deployment: &Deployment) -> Option<String> {
    let unit = deployment.text("systemd/app@.service");
    let seconds = unit.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")?.parse::<u32>().ok());
    match seconds {
        Some(seconds) if seconds >= DELAY + deployment.drain_timeout + EXIT => None,
        _ => Some("app@.service: TimeoutStopSec is shorter than the shutdown".to_owned()),
    }
}

/// What a unit has and should not have, and the other way round.
fn compare(deployment: &Deployment, unit: &str, wanted: &[&[Line]], further: &[(String, String)]) -> Vec<String> {
    let parsed = match parse(deployment.text(&format!("systemd/{unit}"))) {
        Ok(parsed) => parsed,
        Err(fault) => return vec![format!("{unit}: {fault}")],
    };
    let plain = wanted.iter().copied().flatten();
    let plain =
        plain.map(|(section, key, value)| ((*section).to_owned(), (*key).to_owned(), value.replace("NAME", NAME)));
    let further = further.iter().map(|(key, value)| ("Service".to_owned(), key.clone(), value.clone()));
    let mut missing: Vec<_> = plain.chain(further).collect();
    let mut faults = Vec::new();
    for (section, key, value) in parsed {
        let fits = |(of, name, wanted): &(String, String, String)| {
            *of == section && *name == key && (*wanted == value || (wanted == "*" && !value.is_empty()))
        };
        match missing.iter().position(fits) {
            // The order counts where a key is repeated.
            Some(place)
                if missing[..place].iter().any(|(of, name, _)| (of, name) == (&section, &key)) && is_ordered(&key) =>
            {
                faults.push(format!("{unit}: {key}={value} is out of order"));
                missing.remove(place);
            }
            Some(place) => drop(missing.remove(place)),
            None => faults.push(format!("{unit}: not expected: [{section}] {key}={value}")),
        }
    }
    faults.extend(missing.iter().map(|(section, key, value)| format!("{unit}: lacks [{section}] {key}={value}")));
    faults
}

/// Keys of which a later line overrides, or takes from, an earlier one.
fn is_ordered(key: &str) -> bool {
    matches!(key, "EnvironmentFile" | "SystemCallFilter")
}

/// The section, key and value of each line.
fn parse(text: &str) -> Result<Vec<(String, String, String)>, String> {
    let mut section = None;
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = Some(name.to_owned());
        } else if let (Some(section), Some((key, value))) = (&section, line.split_once('=')) {
            found.push((section.clone(), key.to_owned(), value.to_owned()));
        } else {
            return Err(format!("neither a section nor a key: {line}"));
        }
    }
    Ok(found)
}
