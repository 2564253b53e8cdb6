//! A file that a person has to decide: its hunks, what a decision makes of it, and its text with markers.

use super::{File, Step};

/// Why a person has to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Both changed the same lines or the same entry.
    BothChanged,
    /// Both inserted something at the same place.
    BothInserted,
    /// Both created the file, and the two differ.
    BothCreated,
    /// Restwell removes the file because of a new one, and the user edited it.
    InTheWay {
        /// The new file.
        of: camino::Utf8PathBuf,
    },
    /// Both changed a file that is not text.
    NotText,
    /// Both changes together are not valid in the language of the file.
    Invalid,
}

/// One place where the two sides differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The first line, in the user's file, counted from 1.
    pub line: usize,
    /// What Restwell last wrote there.
    pub base: String,
    /// What the user has there.
    pub yours: String,
    /// What Restwell would write there.
    pub new: String,
    /// Why a person has to decide.
    pub reason: Reason,
}

/// A side to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The user's.
    Yours,
    /// Restwell's.
    New,
    /// Restwell's, then the user's.
    Both,
}

/// The names of the three sides in markers.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    /// The user's side.
    pub yours: &'a str,
    /// What Restwell last wrote.
    pub base: &'a str,
    /// What Restwell would write.
    pub new: &'a str,
}

/// A file that a person has to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Parts of the text are settled, others are not.
    Text { parts: Vec<Part>, executable: bool },
    /// One of two files, or of a file and none.
    Whole { yours: Option<File>, new: Option<File>, reason: Reason },
}

/// A piece of a merged text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Merged.
    Settled(String),
    /// In conflict.
    Open(Hunk),
}

impl Conflict {
    pub(super) const fn text(parts: Vec<Part>, executable: bool) -> Self {
        Self(Kind::Text { parts, executable })
    }

    pub(super) const fn whole(yours: Option<File>, new: Option<File>, reason: Reason) -> Self {
        Self(Kind::Whole { yours, new, reason })
    }

    /// The places to decide; none if the decision is about the whole file.
    pub fn hunks(&self) -> impl Iterator<Item = &Hunk> {
        let parts = match &self.0 {
            Kind::Text { parts, .. } => parts.as_slice(),
            Kind::Whole { .. } => &[],
        };
        parts.iter().filter_map(|part| match part {
            Part::Open(hunk) => Some(hunk),
            Part::Settled(_) => None,
        })
    }

    /// Why a person has to decide: of the first place if there are several.
    pub fn reason(&self) -> &Reason {
        match &self.0 {
            Kind::Whole { reason, .. } => reason,
            Kind::Text { .. } => self.hunks().next().map_or(&Reason::BothChanged, |hunk| &hunk.reason),
        }
    }

    /// The step if one side is taken at every place. What is settled stays merged.
    pub fn resolve(&self, side: Side) -> Step {
        self.resolve_each(|_| side.to_owned().into())
    }

    /// The step if each hunk is decided by itself. A decision about the whole file is that for a hunk without text.
    pub fn resolve_each(&self, mut decide: impl FnMut(&Hunk) -> Choice) -> Step {
        match &self.0 {
            Kind::Text { parts, executable } => {
                let text: String = parts.iter().map(|part| part.decided(&mut decide)).collect();
                Step::Merged(File { bytes: text.into_bytes(), executable: *executable })
            }
            Kind::Whole { yours, new, reason } => {
                let empty = String::new;
                let hunk = Hunk { line: 1, base: empty(), yours: empty(), new: empty(), reason: reason.clone() };
                match (decide(&hunk), yours, new) {
                    (Choice::Side(Side::New), _, Some(new)) => Step::Replace(new.clone()),
                    (Choice::Side(Side::New), _, None) => Step::Delete,
                    (Choice::Text(text), ..) => Step::Merged(File { bytes: text.into_bytes(), executable: false }),
                    (Choice::Side(Side::Yours | Side::Both), Some(_), _) => Step::Keep,
                    (Choice::Side(Side::Yours | Side::Both), None, _) => Step::StaysAway { mentioned_in: Vec::new() },
                }
            }
        }
    }

    /// The text with diff3 markers at every undecided place; `None` if the decision is about the whole file.
    pub fn marked(&self, labels: Labels<'_>) -> Option<File> {
        let Kind::Text { parts, executable } = &self.0 else { return None };
        let text: String = parts.iter().map(|part| part.marked(labels)).collect();
        Some(File { bytes: text.into_bytes(), executable: *executable })
    }
}

/// What stands at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The text of a side.
    Side(Side),
    /// Another text.
    Text(String),
}

impl From<Side> for Choice {
    fn from(side: Side) -> Self {
        Self::Side(side)
    }
}

impl Part {
    /// The part with each of its texts changed.
    pub(super) fn map(self, change: impl Fn(String) -> String) -> Self {
        match self {
            Self::Settled(text) => Self::Settled(change(text)),
            Self::Open(Hunk { line, base, yours, new, reason }) => {
                Self::Open(Hunk { line, base: change(base), yours: change(yours), new: change(new), reason })
            }
        }
    }

    /// The text if every open place is decided like this.
    pub(super) fn decided(&self, decide: &mut impl FnMut(&Hunk) -> Choice) -> String {
        match self {
            Self::Settled(text) => text.clone(),
            Self::Open(hunk) => match decide(hunk) {
                Choice::Side(Side::Yours) => hunk.yours.clone(),
                Choice::Side(Side::New) => hunk.new.clone(),
                Choice::Side(Side::Both) => hunk.new.clone() + &hunk.yours,
                Choice::Text(text) => text,
            },
        }
    }

    fn marked(&self, labels: Labels<'_>) -> String {
        match self {
            Self::Settled(text) => text.clone(),
            Self::Open(hunk) => marked(hunk, labels),
        }
    }
}

/// The sides of a hunk between diff3 markers.
pub fn marked(hunk: &Hunk, labels: Labels<'_>) -> String {
    let sides = [&hunk.yours, &hunk.base, &hunk.new];
    let end = if sides.iter().any(|text| text.contains("\r\n")) { "\r\n" } else { "\n" };
    let [yours, base, new] = sides.map(|text| ended(text, end));
    let Labels { yours: your_label, base: base_label, new: new_label } = labels;
    format!("<<<<<<< {your_label}{end}{yours}||||||| {base_label}{end}{base}======={end}{new}>>>>>>> {new_label}{end}")
}

/// Whether a text has conflict markers.
pub fn has_markers(text: &str) -> bool {
    ["<<<<<<< ", ">>>>>>> "].iter().all(|marker| text.lines().any(|line| line.starts_with(marker)))
}

/// The text with a line end at its end.
fn ended(text: &str, end: &str) -> String {
    let missing = if text.is_empty() || text.ends_with('\n') { "" } else { end };
    format!("{text}{missing}")
}
