//! Limits on times. A busy machine can delay one attempt of a check; a fault of the service delays all of them.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use anyhow::Result;

/// The number of attempts.
const ATTEMPTS: u32 = 5;

/// Something took longer than its limit.
#[derive(Debug)]
pub(super) struct Late(pub(super) String);

impl fmt::Display for Late {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Error for Late {}

/// # Errors
/// [`Late`]
pub(super) fn within(limit: Duration, what: &str, took: Duration) -> Result<()> {
    match took < limit {
        true => Ok(()),
        false => Err(Late(format!("{what}: {took:?}, not within {limit:?}")).into()),
    }
}

/// Repeats a check while it ends with [`Late`]. Its result says how many attempts there were, if more than one. Every
/// other error counts at once.
pub(super) fn attempt(mut check: impl FnMut() -> Result<String>) -> Result<String> {
    let mut number = 1;
    loop {
        match check() {
            Err(error) if error.is::<Late>() && number < ATTEMPTS => number += 1,
            Ok(note) if number > 1 => return Ok(format!("{note}; at attempt {number}")),
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn only_a_check_that_took_too_long_is_repeated() {
        let (limit, mut times) = (Duration::from_millis(60), [90, 61, 7].into_iter());
        let mut next = || times.next().map(Duration::from_millis).unwrap_or_default();
        let noted = attempt(|| within(limit, "p99", next()).map(|()| "fast".to_owned()));
        assert_eq!(noted.expect("the third is fast"), "fast; at attempt 3");
        let mut attempts = 0;
        let late = attempt(|| {
            attempts += 1;
            within(limit, "p99", limit).map(|()| String::new())
        });
        assert_eq!(
            (late.expect_err("slow").to_string(), attempts),
            ("p99: 60ms, not within 60ms".to_owned(), ATTEMPTS)
        );
        let mut attempts = 0;
        let failed = attempt(|| {
            attempts += 1;
            bail!("status 500")
        });
        assert!(failed.is_err());
        assert_eq!(attempts, 1);
    }
}
