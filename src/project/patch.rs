//! The difference of one file, as `git apply` reads it.

use std::fmt::Write as _;

use camino::Utf8PathBuf;
use similar::{ChangeTag, TextDiff};

use crate::merge::File;

/// A file on two sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Its path in the project.
    pub path: Utf8PathBuf,
    /// The old side; `None` if there is none or it is not known.
    pub old: Option<File>,
    /// The new side.
    pub new: Option<File>,
}

/// The lines around a change that are shown.
const CONTEXT: usize = 3;

impl Patch {
    /// The numbers of lines added and removed; `None` if a side is not text.
    pub fn counts(&self) -> Option<(usize, usize)> {
        let (old, new) = (text(self.old.as_ref())?, text(self.new.as_ref())?);
        let diff = TextDiff::from_lines(old, new);
        let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
        Some((count(ChangeTag::Insert), count(ChangeTag::Delete)))
    }

    /// `+12 −3`, or `new`, or `deleted`.
    pub fn summary(&self) -> String {
        let lines = |(added, removed)| format!("+{added} −{removed}");
        let counts = self.counts().map_or_else(|| "not text".to_owned(), lines);
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if old.bytes == new.bytes => "mode".to_owned(),
            (Some(_), Some(_)) => counts,
            (None, Some(_)) => format!("new {counts}"),
            (_, None) => format!("deleted {counts}"),
        }
    }

    /// The unified difference with the header of git.
    pub fn text(&self) -> String {
        let Self { path, old, new } = self;
        let mode = |file: &File| if file.executable { "100755" } else { "100644" };
        let mut patch = format!("diff --git a/{path} b/{path}\n");
        match (old, new) {
            (Some(old), Some(new)) if old.executable != new.executable => {
                write!(patch, "old mode {}\nnew mode {}\n", mode(old), mode(new))
            }
            (None, Some(new)) => writeln!(patch, "new file mode {}", mode(new)),
            (Some(old), None) => writeln!(patch, "deleted file mode {}", mode(old)),
            (Some(_), Some(_)) | (None, None) => Ok(()),
        }
        .expect("a String takes every write");
        match (text(old.as_ref()), text(new.as_ref())) {
            (Some(before), Some(after)) => {
                let name = |side: &str, file: &Option<File>| match file {
                    Some(_) => format!("{side}/{path}"),
                    None => "/dev/null".to_owned(),
                };
                let diff = TextDiff::from_lines(before, after);
                let mut diff = diff.unified_diff();
                patch + &diff.context_radius(CONTEXT).header(&name("a", old), &name("b", new)).to_string()
            }
            _ => patch + &format!("Binary files a/{path} and b/{path} differ\n"),
        }
    }
}

/// The text of a side; a side that is missing is empty.
fn text(file: Option<&File>) -> Option<&str> {
    file.map_or(Some(""), |file| str::from_utf8(&file.bytes).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, executable: bool) -> Option<File> {
        Some(File { bytes: text.into(), executable })
    }

    #[test]
    fn a_patch_has_the_header_of_git() {
        let patch = |old, new| Patch { path: "a.sh".into(), old, new }.text();
        assert_eq!(
            patch(file("1\n2\n", false), file("1\n3\n", true)),
            "diff --git a/a.sh b/a.sh\nold mode 100644\nnew mode 100755\n--- a/a.sh\n+++ b/a.sh\n@@ -1,2 +1,2 @@\n 1\n-2\n+3\n"
        );
        assert_eq!(
            patch(None, file("1\n", true)),
            "diff --git a/a.sh b/a.sh\nnew file mode 100755\n--- /dev/null\n+++ b/a.sh\n@@ -0,0 +1 @@\n+1\n"
        );
        assert_eq!(
            patch(file("1\n", false), None),
            "diff --git a/a.sh b/a.sh\ndeleted file mode 100644\n--- a/a.sh\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n"
        );
    }

    #[test]
    fn what_is_no_text_is_only_named() {
        let bytes = Some(File { bytes: vec![0xff], executable: false });
        let patch = Patch { path: "a".into(), old: file("1\n", false), new: bytes };
        assert_eq!(patch.counts(), None);
        assert!(patch.text().ends_with("Binary files a/a and b/a differ\n"));
    }
}
