//! The name of a project, and what is where it should go.

use super::{Words, words};
use crate::command_line::CommandLine;
use crate::error::{Membership, Obstacle, Occupant};
use crate::name::{Fault, Reserved};

pub(super) fn occupied(path: &str, by: &Occupant, typed: &CommandLine) -> Words {
    let told = words(format!("`{path}` exists and is not empty"));
    let look = typed.clone().with_flag("--force").with_flag("--dry-run");
    let shows = "`--force --dry-run` shows what `--force` would replace";
    match by {
        Occupant::Program => told.because("another program has just made it").command(look).help(shows),
        Occupant::Files(holds) => told.because(format!("it holds {}", some(holds))).command(look).help(shows),
        Occupant::Run => {
            words(format!("`{path}` is being written")).because("another run of restwell is at work there")
        }
        Occupant::Part { holds, finish } => told
            .because(format!("an interrupted run has left a part of another project: {}", some(holds)))
            .command(finish.clone())
            .command(look)
            .help("the interrupted command, run again, completes that project"),
    }
}

/// The first few of `names`.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

pub(super) fn member(path: &str, Membership { manifest, member, exclude }: &Membership) -> Words {
    let manifest = manifest.display();
    let told = words(format!("`{path}` would be taken into the cargo workspace around it"))
        .because(format!("`{manifest}` has `{member}` in `members`"))
        .because("a project is a workspace of its own, and cargo refuses one workspace inside another");
    match exclude {
        Some(line) => told.help(format!("add this line to the workspace in `{manifest}`: {line}")),
        None => {
            told.help(format!("`exclude` gives way to `members`: take `{member}` out, or write the project elsewhere"))
        }
    }
}

/// In the three parts of cargo's own messages: what is wrong, how to keep the directory, what could do.
pub(super) fn name(name: &str, fault: Fault, better: &str, is_from_path: bool, typed: &CommandLine) -> Words {
    let reason = match fault {
        Fault::Empty => "a name cannot be empty".to_owned(),
        Fault::Start(first) if first.is_ascii_digit() => "a name cannot start with a digit".to_owned(),
        Fault::Start(first) => {
            format!("a name cannot start with `{first}`, only with an ASCII letter or `_`")
        }
        Fault::Character(odd) => {
            format!("`{odd}` is not allowed: a name has ASCII letters, digits, `-` and `_`")
        }
        Fault::Reserved(Reserved::Keyword) => "it is a keyword of Rust".to_owned(),
        Fault::Reserved(Reserved::Test) => "it conflicts with Rust's built-in test library".to_owned(),
        Fault::Reserved(Reserved::Std) => "it is part of Rust's standard library".to_owned(),
        Fault::Reserved(Reserved::Build) => "it conflicts with the names of cargo's build directories".to_owned(),
        Fault::Reserved(Reserved::Device) => "it is the name of a device on Windows".to_owned(),
        Fault::Dependency => "projects depend on a package of that name".to_owned(),
        Fault::Nowhere => "the path does not end in a name".to_owned(),
    };
    let told = words(format!("the name `{name}` cannot be used for a project"))
        .because(reason)
        .command(typed.clone().with_value("--name", better));
    if is_from_path { told.help("`--name NAME` names the package and leaves the directory as it is") } else { told }
}

pub(super) fn in_the_way(path: &str, what: Obstacle) -> Words {
    match what {
        Obstacle::Link => words(format!("`{path}` is a symbolic link"))
            .because("what is written through a link lands somewhere else")
            .help("name the real path, or remove the link"),
        Obstacle::DanglingLink => words(format!("`{path}` is a symbolic link to nothing"))
            .because("a project below it would have no place to be")
            .help("make the directory that it leads to, or remove the link"),
        Obstacle::File => {
            words(format!("`{path}` is a file, and a directory is needed there")).help("move it out of the way")
        }
        Obstacle::Directory => {
            words(format!("`{path}` is a directory, and a file is needed there")).help("move it out of the way")
        }
    }
}
