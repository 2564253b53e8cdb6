//! The file with the results of a stage: a row for each check, then the row of the end. A run of the whole stage replaces
//! all rows. A run of some checks replaces only their rows, and leaves the row of the end as it is: it neither completes
//! the stage nor takes back that an earlier run did.

use std::fs;
use std::io;
use std::path::PathBuf;

use anyhow::{Context, Result};

/// The row that a stage writes after its last check.
const ENDED: &str = "ended";

/// The same for a stage of a run that leaves projects out.
const ENDED_IN_PART: &str = "ended in part";

/// The checks that a run of a stage includes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// All of them, or those whose turn it is.
    All,
    /// Those that a filter selects, or the projects that changed.
    Part,
}

impl Selection {
    /// All checks, unless there is a filter.
    pub(crate) fn of(is_filtered: bool) -> Self {
        if is_filtered { Self::Part } else { Self::All }
    }

    /// The row after the last check, if any. A run of all stages removes the earlier results of each, and has to know
    /// whether it came to its end.
    pub(super) fn end(self, is_in_run: bool) -> Option<&'static str> {
        match self {
            Self::All => Some(ENDED),
            Self::Part => is_in_run.then_some(ENDED_IN_PART),
        }
    }
}

/// A check of the last run of a stage.
pub(crate) struct Row {
    /// `passed`, `failed` or `gap`.
    pub(crate) word: String,
    pub(crate) name: String,
    pub(crate) note: String,
}

/// The rows of a stage and their file.
pub(super) struct Record {
    path: PathBuf,
    /// Those of earlier runs that this run has not replaced.
    earlier: String,
    /// Those of this run.
    own: String,
}

impl Record {
    pub(super) fn open(path: PathBuf, selection: Selection) -> Result<Self> {
        let earlier = match selection {
            Selection::All => String::new(),
            Selection::Part => rows_of(fs::read_to_string(&path)).with_context(|| path.display().to_string())?,
        };
        let record = Self { path, earlier, own: String::new() };
        record.write().with_context(|| record.path.display().to_string())?;
        Ok(record)
    }

    /// Adds the row of the check `name`, in place of those of earlier runs.
    pub(super) fn add(&mut self, name: &str, row: &str) -> io::Result<()> {
        self.earlier = without(&self.earlier, name);
        self.own.push_str(row);
        self.own.push('\n');
        self.write()
    }

    /// Replaces the file at once: a run that is killed loses no row.
    fn write(&self) -> io::Result<()> {
        let new = self.path.with_extension("tsv.new");
        fs::write(&new, [self.earlier.as_str(), &self.own].concat())?;
        fs::rename(new, &self.path)
    }
}

/// Whether these are the rows of a run of the whole stage that came to its end.
pub(super) fn is_complete(rows: &str) -> bool {
    rows.lines().any(|row| row == ENDED)
}

/// Whether these are the rows of a run that came to its end, maybe without some of the checks.
pub(super) fn is_ended(rows: &str) -> bool {
    rows.lines().any(|row| [ENDED, ENDED_IN_PART].contains(&row))
}

/// The fields of a row.
pub(super) fn row(line: &str) -> Option<Row> {
    let [word, name, _time, note] = line.splitn(4, '\t').map(str::to_owned).collect::<Vec<_>>().try_into().ok()?;
    Some(Row { word, name, note })
}

/// The rows of a file, if there is one.
fn rows_of(text: io::Result<String>) -> io::Result<String> {
    match text {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        text => text,
    }
}

/// The rows without those of the check `name`.
fn without(rows: &str, name: &str) -> String {
    let is_other =
        |line: &&str| row(line).is_none_or(|Row { word, name: found, .. }| !is_check(&word) || found != name);
    rows.lines().filter(is_other).flat_map(|line| [line, "\n"]).collect()
}

/// Whether a row that starts with this word is of a check, and not of the time of the stage.
fn is_check(word: &str) -> bool {
    ["passed", "failed", "gap"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLIER: &str = "passed\tone\t1.0\t\nfailed\ttwo\t2.0\twhy\nended\ntime\t3.0\t1.0\t30.0\n";

    /// The file after a run of the check `two`, with `earlier` in it before.
    fn after(earlier: Option<&str>, selection: Selection, is_in_run: bool) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("stage.tsv");
        if let Some(earlier) = earlier {
            fs::write(&path, earlier).expect("it is written");
        }
        let mut record = Record::open(path.clone(), selection).expect("it opens");
        record.add("two", "passed\ttwo\t4.0\t").expect("it is written");
        let end = selection.end(is_in_run).map(|row| format!("{row}\n")).unwrap_or_default();
        fs::read_to_string(path).expect("it is there") + &end
    }

    #[test]
    fn a_run_with_a_filter_replaces_the_rows_of_its_checks_only() {
        let text = after(Some(EARLIER), Selection::Part, false);
        assert_eq!(text, "passed\tone\t1.0\t\nended\ntime\t3.0\t1.0\t30.0\npassed\ttwo\t4.0\t\n");
        assert!(is_complete(&text), "the earlier run was");
        assert_eq!(after(Some(EARLIER), Selection::All, false), "passed\ttwo\t4.0\t\nended\n");
    }

    #[test]
    fn a_run_with_a_filter_does_not_complete_a_stage() {
        let cut_off = EARLIER.replace("ended\n", "");
        for earlier in [None, Some(cut_off.as_str())] {
            let text = after(earlier, Selection::Part, false);
            assert!(!is_ended(&text) && !is_complete(&text), "{text}");
        }
        // In a run of all stages it has come to its end, with some of the checks.
        let text = after(None, Selection::Part, true);
        assert!(is_ended(&text) && !is_complete(&text), "{text}");
    }

    #[test]
    fn a_check_with_two_rows_in_a_run_keeps_both() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("stage.tsv");
        fs::write(&path, EARLIER).expect("it is written");
        let mut record = Record::open(path.clone(), Selection::Part).expect("it opens");
        for row in ["passed\ttwo\t4.0\t", "failed\ttwo\t5.0\tagain"] {
            record.add("two", row).expect("it is written");
        }
        let text = fs::read_to_string(path).expect("it is there");
        assert!(text.ends_with("30.0\npassed\ttwo\t4.0\t\nfailed\ttwo\t5.0\tagain\n"), "{text}");
    }

    #[test]
    fn a_check_with_the_name_of_a_time_does_not_remove_it() {
        assert_eq!(without("time\t3.0\t1.0\t30.0\npassed\t3.0\t1.0\t\n", "3.0"), "time\t3.0\t1.0\t30.0\n");
    }
}
