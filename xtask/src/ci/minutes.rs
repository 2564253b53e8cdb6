//! The table of minutes.

use std::fmt::Write as _;
use std::time::Duration;

use super::Stage;
use crate::tally::Time;

/// The minutes of each stage and the free space after it, as a table.
pub(super) fn table<'a>(stages: impl IntoIterator<Item = &'a Stage>) -> String {
    let mut table = "\nstage       minutes  CPU minutes   GB free\n".to_owned();
    let mut sum = Time { free: f64::INFINITY, ..Time::default() };
    let minutes = |time: Duration| time.as_secs_f64() / 60.0;
    let mut row = |name: &str, Time { elapsed, cpu, free }: Time| {
        // Writing to a string does not fail.
        let _ = writeln!(table, "{name:<10} {:>8.1} {:>12.1} {free:>9.1}", minutes(elapsed), minutes(cpu));
    };
    let mut elapsed = Vec::new();
    for Stage { name, beside, .. } in stages {
        let time = Time::of(name);
        row(name, time);
        sum.cpu += time.cpu;
        sum.free = sum.free.min(time.free);
        elapsed.push((*beside, time.elapsed));
    }
    sum.elapsed = duration(&elapsed);
    row("all", sum);
    table
}

/// The duration of a run, from the number of stages that each one ran beside, and its duration.
pub(super) fn duration(stages: &[(usize, Duration)]) -> Duration {
    let (mut now, mut ends) = (Duration::ZERO, Vec::new());
    for (index, (beside, elapsed)) in stages.iter().enumerate() {
        if *beside > 0 {
            ends.push((index + beside, now + *elapsed));
            continue;
        }
        now += *elapsed;
        for (_, end) in ends.extract_if(.., |(last, _)| *last <= index) {
            now = now.max(end);
        }
    }
    now
}
