//! All mistakes in an answers file.

use super::{Words, listed, resource, words};
use crate::error::{AnswersFault, AnswersMistake};
use crate::spelling;

pub(super) fn wrong(file: &str, faults: &[AnswersFault]) -> Words {
    let told = match faults {
        [fault] => words(one(file, fault)).help_with_nearest(fault),
        faults => faults.iter().fold(words(format!("`{file}` has {} mistakes", faults.len())), |told, fault| {
            let near = match (nearest(fault), &fault.what) {
                (Some(near), _) => format!("; did you mean `{near}`?"),
                (None, AnswersMistake::Value { allowed, .. }) => format!("; valid values: {}", listed(allowed)),
                (None, AnswersMistake::Syntax(_) | AnswersMistake::Key { .. } | AnswersMistake::Resource(_)) => {
                    String::new()
                }
            };
            told.because(format!("line {}: {}{near}", fault.line, what(&fault.what)))
        }),
    };
    told.help("`restwell schema` prints the schema of the file")
}

impl Words {
    fn help_with_nearest(self, fault: &AnswersFault) -> Self {
        let told = self.because(match &fault.what {
            AnswersMistake::Syntax(what) => format!("line {}: {what}", fault.line),
            AnswersMistake::Key { .. } | AnswersMistake::Value { .. } => format!("line {}", fault.line),
            AnswersMistake::Resource(mistake) => format!("line {}: {}", fault.line, resource::why(mistake)),
        });
        match (&fault.what, nearest(fault)) {
            (_, Some(near)) => told.help(format!("did you mean `{near}`?")),
            (AnswersMistake::Value { allowed, .. }, None) => told.because(format!("valid values: {}", listed(allowed))),
            (AnswersMistake::Syntax(_) | AnswersMistake::Key { .. } | AnswersMistake::Resource(_), None) => told,
        }
    }
}

/// The message for a single mistake.
fn one(file: &str, fault: &AnswersFault) -> String {
    match &fault.what {
        AnswersMistake::Syntax(_) => format!("`{file}` is not a valid answers file"),
        AnswersMistake::Resource(_) => format!("a resource in `{file}` is not valid"),
        AnswersMistake::Key { key, .. } => format!("unknown key `{key}` in `{file}`"),
        AnswersMistake::Value { key, word, .. } => format!("invalid value `{word}` for `{key}` in `{file}`"),
    }
}

fn what(mistake: &AnswersMistake) -> String {
    match mistake {
        AnswersMistake::Syntax(what) => what.clone(),
        AnswersMistake::Resource(mistake) => resource::why(mistake),
        AnswersMistake::Key { key, .. } => format!("unknown key `{key}`"),
        AnswersMistake::Value { key, word, .. } => format!("invalid value `{word}` for `{key}`"),
    }
}

fn nearest(fault: &AnswersFault) -> Option<String> {
    match &fault.what {
        AnswersMistake::Syntax(_) | AnswersMistake::Resource(_) => None,
        AnswersMistake::Key { nearest, .. } => nearest.clone(),
        AnswersMistake::Value { key, word, allowed } => {
            let near = spelling::nearest(word, allowed.iter().map(String::as_str))?;
            Some(format!("{key} = \"{near}\""))
        }
    }
}
