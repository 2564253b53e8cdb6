//! Lists that are too long for every run: each state of the repository runs another part of them.

use std::fs;

use anyhow::Result;
use sha2::{Digest, Sha256};

use crate::{dirs, project};

/// What is rendered, what renders it, and what checks it.
const SOURCES: [&str; 3] = ["src", "templates", "xtask"];

/// Returns `size` neighbours of the list.
///
/// # Errors
/// If the sources cannot be read.
pub(crate) fn part<T: Copy>(items: &[T], size: usize) -> Result<Vec<T>> {
    Ok(neighbours(items, number()?, size))
}

/// Returns which of `turns` it is.
///
/// # Errors
/// If the sources cannot be read.
pub(crate) fn turn(turns: usize) -> Result<usize> {
    Ok(number()? % turns)
}

/// A number from 0 to 255 from a digest of the sources, so that every run of the same sources has the same part.
fn number() -> Result<usize> {
    let mut digest = Sha256::new();
    for folder in SOURCES {
        for file in project::files(&dirs::root().join(folder))? {
            digest.update(fs::read(file)?);
        }
    }
    Ok(usize::from(digest.finalize()[0]))
}

/// Part number `turn` of the list; the last part may be shorter.
fn neighbours<T: Copy>(items: &[T], turn: usize, size: usize) -> Vec<T> {
    let parts = items.len().div_ceil(size);
    items.iter().skip(turn % parts * size).take(size).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::neighbours;

    #[test]
    fn every_item_is_in_one_part() {
        let parts = [0, 1, 2].map(|turn| neighbours(&[1, 2, 3, 4, 5], turn, 2));
        assert_eq!(parts, [vec![1, 2], vec![3, 4], vec![5]]);
        assert_eq!(neighbours(&[1, 2, 3, 4, 5], 3, 2), [1, 2]);
    }
}
