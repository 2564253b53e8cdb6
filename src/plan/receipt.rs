//! `restwell.toml`: the stack of a project and its resources, in the format of an answers file.

use std::fmt::Write as _;

use crate::choice::Choice;
use crate::resource::{Field, Resource};
use crate::stack::Stack;
use crate::version::VERSION;

pub(super) fn render(stack: &Stack, name: &str, added: &[Resource]) -> String {
    let mut text = format!(
        "# What this project was generated from. The same answers give the same bytes:\n\
         #   restwell new {name} --answers restwell.toml --yes\n\
         restwell = \"{VERSION}\"\n\
         name = \"{name}\"\n"
    );
    for &choice in Choice::ALL {
        writeln!(text, "{} = \"{}\"", choice.id(), stack.get(choice).id()).expect("a String takes every write");
    }
    for resource in added {
        let mut lists = resource.history().rev().map(list);
        let (name, fields) = (resource.name(), lists.next().unwrap_or_default());
        write!(text, "\n[[resource]]\nname = \"{name}\"\nfields = {fields}\n").expect("a String takes every write");
        let was: Vec<String> = lists.collect();
        if !was.is_empty() {
            writeln!(text, "was = [{}]", was.join(", ")).expect("a String takes every write");
        }
    }
    text
}

/// The fields as a TOML array.
fn list(fields: &[Field]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| format!("\"{field}\"")).collect();
    format!("[{}]", fields.join(", "))
}
