//! What is wrong with an answers file, all of it at once.

use super::{Words, listed, words};
use crate::error::{AnswersFault, AnswersMistake};
use crate::spelling;

pub(super) fn wrong(file: &str, faults: &[AnswersFault]) -> Words {
    let told = match faults {
        [fault] => words(one(file, fault)).help_with_nearest(fault),
        faults => faults.iter().fold(words(format!("`{file}` has {} mistakes", faults.len())), |told, fault| {
            let near = match (nearest(fault), &fault.what) {
                (Some(near), _) => format!(", the nearest is `{near}`"),
                (None, AnswersMistake::Value { allowed, .. }) => format!(", it is one of {}", listed(allowed)),
                (None, AnswersMistake::Syntax(_) | AnswersMistake::Key { .. }) => String::new(),
            };
            told.because(format!("line {}: {}{near}", fault.line, what(&fault.what)))
        }),
    };
    told.help("`restwell schema` describes the file")
}

impl Words {
    fn help_with_nearest(self, fault: &AnswersFault) -> Self {
        let told = self.because(match &fault.what {
            AnswersMistake::Syntax(what) => format!("line {}: {what}", fault.line),
            AnswersMistake::Key { .. } | AnswersMistake::Value { .. } => format!("it is in line {}", fault.line),
        });
        match (&fault.what, nearest(fault)) {
            (_, Some(near)) => told.help(format!("the nearest is `{near}`")),
            (AnswersMistake::Value { allowed, .. }, None) => told.because(format!("it is one of {}", listed(allowed))),
            (AnswersMistake::Syntax(_) | AnswersMistake::Key { .. }, None) => told,
        }
    }
}

/// A message of its own for a single mistake.
fn one(file: &str, fault: &AnswersFault) -> String {
    match &fault.what {
        AnswersMistake::Syntax(_) => format!("`{file}` cannot be understood"),
        AnswersMistake::Key { key, .. } => format!("`{file}` has a key `{key}` that means nothing"),
        AnswersMistake::Value { key, word, .. } => format!("`{key}` in `{file}` has no value `{word}`"),
    }
}

fn what(mistake: &AnswersMistake) -> String {
    match mistake {
        AnswersMistake::Syntax(what) => what.clone(),
        AnswersMistake::Key { key, .. } => format!("there is no key `{key}`"),
        AnswersMistake::Value { key, word, .. } => format!("`{key}` has no value `{word}`"),
    }
}

fn nearest(fault: &AnswersFault) -> Option<String> {
    match &fault.what {
        AnswersMistake::Syntax(_) => None,
        AnswersMistake::Key { nearest, .. } => nearest.clone(),
        AnswersMistake::Value { key, word, allowed } => {
            let near = spelling::nearest(word, allowed.iter().map(String::as_str))?;
            Some(format!("{key} = \"{near}\""))
        }
    }
}
