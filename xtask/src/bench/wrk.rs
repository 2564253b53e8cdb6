//! One run of `wrk` against a server on this machine, and the CPU time of the server.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{process, tools};

/// The number of busy connections: the load for which the bars in `docs/performance.md` were set.
const CONNECTIONS: u32 = 64;

/// The result of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) requests_per_second: f64,
    /// Microseconds of user and system time of the server per request.
    pub(super) cpu: f64,
    /// Milliseconds.
    pub(super) p99: f64,
}

/// Requests `path` from the server `pid` for some seconds; every response must be a success.
pub(super) fn run(pid: u32, port: u16, path: &str, seconds: u32) -> Result<Sample> {
    let before = process::cpu_time(pid)?;
    let report = tools::program("wrk")?
        .args(["-t1", &format!("-c{CONNECTIONS}"), &format!("-d{seconds}s"), "--latency"])
        .arg(format!("http://127.0.0.1:{port}{path}"))
        .limit(Duration::from_secs(u64::from(seconds) + 20))
        .read()?;
    let spent = process::cpu_time(pid)?.saturating_sub(before);
    if report.contains("Non-2xx") || report.contains("Socket errors") {
        bail!("not every request of {path} was answered well:\n{report}");
    }
    let requests = before_word(&report, " requests in ")?;
    Ok(Sample {
        requests_per_second: after(&report, "Requests/sec:")?.parse()?,
        cpu: spent.as_secs_f64() * 1e6 / requests,
        p99: milliseconds(after(&report, "99%")?)?,
    })
}

fn after<'a>(report: &'a str, word: &str) -> Result<&'a str> {
    let line = report.lines().find_map(|line| line.trim().strip_prefix(word));
    Ok(line.with_context(|| format!("no `{word}` in\n{report}"))?.trim())
}

fn before_word(report: &str, word: &str) -> Result<f64> {
    let line = report.lines().find_map(|line| line.split_once(word));
    Ok(line.with_context(|| format!("no `{word}` in\n{report}"))?.0.trim().parse()?)
}

/// `wrk` writes `850.00us`, `1.23ms`, `1.02s`.
fn milliseconds(text: &str) -> Result<f64> {
    for (unit, factor) in [("us", 1e-3), ("ms", 1.0), ("s", 1e3)] {
        if let Some(number) = text.strip_suffix(unit) {
            return Ok(number.parse::<f64>()? * factor);
        }
    }
    bail!("`{text}` is not a time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds_whatever_the_unit() {
        let read = |text| milliseconds(text).unwrap();
        assert_eq!([read("850.00us"), read("1.50ms"), read("2s")], [0.85, 1.5, 2000.0]);
    }
}
