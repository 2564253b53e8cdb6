//! Errors of the command line itself.

use super::{Words, words};
use crate::command_line::CommandLine;
use crate::version::VERSION;

pub(super) fn other_version(expected: &str, typed: &CommandLine) -> Words {
    words(format!("this is restwell {VERSION}, and `{expected}` was expected"))
        .because("another version may generate a different project from the same answers")
        .command(typed.clone().with_value("--expect-version", VERSION))
}

pub(super) fn not_in_plan(path: &str, nearest: Option<&str>, typed: &CommandLine) -> Words {
    let list = typed.clone().without("--show").with_flag("--dry-run").without("--quiet").with_flag("--verbose");
    words(format!("the project has no file `{path}`"))
        .command(nearest.map(|path| typed.clone().with_value("--show", path)))
        .command(list)
}

pub(super) fn nothing_to_explain(word: &str, nearest: Option<&str>, typed: &CommandLine) -> Words {
    if typed.has("--receipt") {
        return words(format!("no receipt of `{word}`"))
            .because("a receipt is of values such as `cache=redis`, or of a preset")
            .command(nearest.map(|near| typed.clone().with_other(word, near)))
            .command(CommandLine::new(["list"]));
    }
    words(format!("no explanation for `{word}`"))
        .because("it is not an error code, a choice, a value such as `cache=none`, or a preset")
        .command(nearest.map(|near| CommandLine::new(["explain", near])))
        .command(CommandLine::new(["list"]))
}
