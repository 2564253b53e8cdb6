//! `--conflict ask`: one question for each place that a person has to decide.

use camino::Utf8Path;

use super::places;
use crate::answers;
use crate::disk::Root;
use crate::error::{Error, OpenPlace};
use crate::interrupt;
use crate::merge::{Choice, Conflict, File, Hunk, Labels, Side, has_markers, marked};
use crate::program;
use crate::project::Merging;
use crate::prompt;
use crate::shell::Shell;

/// The variables that name the editor, and the editor without them.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];
const EDITOR: &str = "vi";

/// The decisions about every conflict.
pub(super) struct Questions<'a> {
    pub(super) root: &'a Root,
    pub(super) labels: Labels<'a>,
    pub(super) shell: &'a mut Shell,
}

impl Questions<'_> {
    /// Asks about each place. `false` if the user stops: then nothing is decided.
    pub(super) fn ask(mut self, merging: &mut Merging) -> Result<bool, Error> {
        let places = places(merging, self.root);
        let mut next = places.iter().enumerate();
        let mut decided = Vec::new();
        for (path, conflict) in merging.merge.conflicts() {
            let mut end: Option<Result<(), Error>> = None;
            let step = conflict.resolve_each(|hunk| {
                let Some((index, place)) = next.next().filter(|_| end.is_none()) else { return Side::Yours.into() };
                self.shell.ask(format!("\n{} of {}  {}", index + 1, places.len(), place.text()));
                match self.decide(place, conflict, hunk) {
                    Ok(Some(choice)) => choice,
                    Ok(None) => {
                        end = Some(Ok(()));
                        Side::Yours.into()
                    }
                    Err(error) => {
                        end = Some(Err(error));
                        Side::Yours.into()
                    }
                }
            });
            match end {
                Some(ended) => return ended.map(|()| false),
                None => decided.push((path.clone(), step)),
            }
        }
        merging.merge.steps.extend(decided);
        Ok(true)
    }

    /// The decision about one place; `None` to stop.
    fn decide(&mut self, place: &OpenPlace, conflict: &Conflict, hunk: &Hunk) -> Result<Option<Choice>, Error> {
        let is_whole = conflict.hunks().next().is_none();
        let (question, words): (_, &[&str]) = match is_whole {
            true => ("keep yours, take restwell's, stop?", &["keep", "take", "stop"]),
            false => ("keep yours, take restwell's, both, edit, stop?", &["keep", "take", "both", "edit", "stop"]),
        };
        loop {
            match prompt::pick(question, words, self.shell)? {
                "keep" => return Ok(Some(Side::Yours.into())),
                "take" => return Ok(Some(Side::New.into())),
                "both" => return Ok(Some(Side::Both.into())),
                "edit" => match self.edit(&place.path, hunk)? {
                    Some(text) => return Ok(Some(Choice::Text(text))),
                    None => continue,
                },
                _ => return Ok(None),
            }
        }
    }

    /// Lets the user edit the place, with markers, in their editor; `None` if that failed or markers are left.
    fn edit(&mut self, path: &str, hunk: &Hunk) -> Result<Option<String>, Error> {
        let path = Utf8Path::new(path).file_name().unwrap_or(path);
        let file = File { bytes: marked(hunk, self.labels).into_bytes(), executable: false };
        // After a signal the editor is ended, the terminal restored and the copy removed before the program ends.
        let _shield = interrupt::hold();
        let _terminal = prompt::lend_terminal();
        let copy = self.root.copy(&[(path.into(), file)].into())?;
        let environment = answers::environment();
        let named = |variable: &&str| environment.iter().find(|(name, value)| name == *variable && !value.is_empty());
        let editor = VARIABLES.iter().find_map(named).map(|(_, value)| value.to_string_lossy());
        let editor = editor.as_deref().unwrap_or(EDITOR);
        let text = match program::on_terminal(editor, &copy.path().join(path)) {
            Ok(_) if interrupt::requested() => return Err(Error::Interrupted),
            Ok(true) => String::from_utf8(copy.read(path)?).ok(),
            Ok(false) => None,
            Err(because) => {
                self.shell.ask(because);
                return Ok(None);
            }
        };
        match text.filter(|text| !has_markers(text)) {
            Some(text) => Ok(Some(text)),
            None => {
                self.shell.ask(format!("`{editor}` failed, or left markers in the text"));
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_found_at_the_start_of_lines() {
        let hunk = Hunk {
            line: 1,
            base: "b\n".into(),
            yours: "y\n".into(),
            new: "n\n".into(),
            reason: crate::merge::Reason::BothChanged,
        };
        let labels = Labels { yours: "yours", base: "base", new: "new" };
        let text = marked(&hunk, labels);
        assert_eq!(text, "<<<<<<< yours\ny\n||||||| base\nb\n=======\nn\n>>>>>>> new\n");
        assert!(has_markers(&text));
        assert!(!has_markers("y\nn\n"));
    }
}
