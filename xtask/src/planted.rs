//! Errors that are planted to show that a check finds them.

use anyhow::{Result, bail};

/// Inverts the outcome of a check: an error if it missed the planted one.
pub(crate) fn bites<T>(outcome: Result<T>) -> Result<()> {
    match outcome {
        Ok(_) => bail!("the planted error was not found"),
        Err(_) => Ok(()),
    }
}
