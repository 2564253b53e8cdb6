//! Seams: the generated files that several features write into.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};

use crate::template;

/// Files rendered from typed facts, one entry after another.
const LISTS: [&str; 5] =
    [".env.example", "docs/limits.md", "docs/settings.md", "src/lib.rs", "src/platform/prometheus.rs"];

/// Whether entries of several features stand beside each other in this file, in an order that means nothing.
pub(super) fn is_seam(path: &Utf8Path) -> bool {
    static SEAMS: LazyLock<BTreeSet<Utf8PathBuf>> = LazyLock::new(|| {
        let templates = template::folders().into_iter().flat_map(template::folder);
        let parts = templates.filter_map(|(path, _)| Some(path.strip_prefix("parts").ok()?.to_owned()));
        parts.chain(LISTS.into_iter().map(Utf8PathBuf::from)).collect()
    });
    SEAMS.contains(path)
}
