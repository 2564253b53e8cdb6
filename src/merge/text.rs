//! The merge of one text, by the kind of its file.

use camino::Utf8Path;

use super::conflict::Part;
use super::lines;
use super::seam::is_seam;

/// The three sides of one text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides<'a> {
    pub(super) base: &'a str,
    pub(super) yours: &'a str,
    pub(super) new: &'a str,
}

/// The merged text: one settled part if nothing is in conflict.
pub(super) fn merge(path: &Utf8Path, sides: Sides<'_>) -> Vec<Part> {
    lines::merge(path, sides, is_seam(path))
}
