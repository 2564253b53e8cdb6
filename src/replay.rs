//! The command that generates the same project again, byte for byte and without prompts.

use camino::Utf8Path;

use crate::command_line::{CommandLine, path_word};
use crate::resource::Resource;
use crate::stack::Stack;

/// Everything that determines a project and its location.
#[derive(Clone, Copy, Debug)]
pub struct Replay<'a> {
    /// The path as typed.
    pub path: &'a Utf8Path,
    /// The name, if it is not the last part of the path.
    pub name: Option<&'a str>,
    /// The choices.
    pub stack: &'a Stack,
    /// The resources besides products.
    pub added: &'a [Resource],
}

impl Replay<'_> {
    /// The command.
    pub fn line(&self) -> CommandLine {
        let Self { path, name, stack, added } = *self;
        let mut line = CommandLine::new(["new", &path_word(path.as_str())]);
        if let Some(name) = name {
            line = line.with_value("--name", name);
        }
        for value in stack.values() {
            line = line.with_value(&value.choice().flag(), value.id());
        }
        for resource in added {
            line = line.with_typed("--resource", Some(resource.to_string()));
        }
        line.with_flag("--yes").with_value("--expect-version", crate::version::VERSION)
    }
}
