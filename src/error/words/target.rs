//! Errors about the name of a project and about its target.

use super::{Words, words};
use crate::command_line::{CommandLine, path_word};
use crate::error::{Membership, Obstacle, Occupant};
use crate::name::{Fault, LONGEST, Reserved};

pub(super) fn occupied(path: &str, by: &Occupant, typed: &CommandLine) -> Words {
    let told = words(format!("`{path}` exists and is not empty"));
    let look = typed.clone().with_flag("--force").with_flag("--dry-run");
    let shows = "`--force --dry-run` shows what `--force` would replace";
    match by {
        Occupant::Program => {
            told.because("another program created it while restwell was running").command(look).help(shows)
        }
        Occupant::Files(holds) => told.because(format!("it contains {}", some(holds))).command(look).help(shows),
        Occupant::Run => words(format!("`{path}` is in use")).because("another restwell process is writing there"),
        Occupant::Part { holds, finish } => told
            .because(format!("an interrupted run left part of another project: {}", some(holds)))
            .command(finish.clone())
            .command(look)
            .help("running the interrupted command again completes that project"),
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

pub(super) fn member(path: &str, membership: &Membership, typed: &CommandLine) -> Words {
    let Membership { manifest, member, exclude, elsewhere } = membership;
    let manifest = manifest.display();
    let told = words(format!("`{path}` would become a member of the cargo workspace around it"))
        .because(format!("`{manifest}` has `{member}` in `members`"))
        .because("a project is a separate workspace, and cargo does not allow nested workspaces")
        .command(elsewhere.as_ref().map(|path| typed.clone().with_argument(&path_word(path.as_str()))));
    match exclude {
        Some(line) => told.help(format!("or add this line to the workspace in `{manifest}`: {line}")),
        None => told.help(format!("or remove `{member}` from `members`, which overrides `exclude`")),
    }
}

/// How to keep the directory of an invalid name.
const NAME_FLAG: &str = "`--name NAME` sets the name of the package only, not of the directory";

pub(super) fn name(name: &str, fault: Fault) -> Words {
    let reason = match fault {
        Fault::Empty => "a name cannot be empty".to_owned(),
        Fault::Start(first) if first.is_ascii_digit() => "a name cannot start with a digit".to_owned(),
        Fault::Start(first) => {
            format!("a name starts with an ASCII letter or `_`, not with `{first}`")
        }
        Fault::Character(odd) => {
            format!("`{odd}` is not allowed; valid are ASCII letters, digits, `-` and `_`")
        }
        Fault::Reserved(Reserved::Keyword) => "it is a keyword of Rust".to_owned(),
        Fault::Reserved(Reserved::Test) => "it conflicts with Rust's built-in test library".to_owned(),
        Fault::Reserved(Reserved::Std) => "it is part of Rust's standard library".to_owned(),
        Fault::Reserved(Reserved::Build) => "it conflicts with the names of cargo's build directories".to_owned(),
        Fault::Long => format!("a name has at most {LONGEST} characters"),
        Fault::Reserved(Reserved::Yaml) => "YAML reads it as another value than text".to_owned(),
        Fault::Reserved(Reserved::Namespace) => "it is a namespace of Kubernetes itself".to_owned(),
        Fault::Reserved(Reserved::Device) => "it is the name of a device on Windows".to_owned(),
        Fault::Dependency => "generated projects depend on a package of that name".to_owned(),
        Fault::Nowhere => "the path does not end in a name".to_owned(),
    };
    words(format!("invalid project name `{name}`")).because(reason)
}

/// Offers another name: as a flag of `new`, or in the `restwell.toml` of a project.
pub(super) fn with_name(words: Words, better: &str, is_from_path: bool, typed: &CommandLine) -> Words {
    if !matches!(typed.command(), None | Some("new")) {
        return words.help(format!("set another in `restwell.toml`: name = \"{better}\""));
    }
    let words = words.command(typed.clone().with_value("--name", better));
    if is_from_path { words.help(NAME_FLAG) } else { words }
}

pub(super) fn in_the_way(path: &str, what: Obstacle) -> Words {
    match what {
        Obstacle::Link => words(format!("`{path}` is a symbolic link"))
            .because("files written through a link would be created elsewhere")
            .help("use the real path, or remove the link"),
        Obstacle::DanglingLink => words(format!("`{path}` is a dangling symbolic link"))
            .because("the directory that it points to does not exist")
            .help("create that directory, or remove the link"),
        Obstacle::File => {
            words(format!("`{path}` is a file, and a directory is needed there")).help("move it out of the way")
        }
        Obstacle::Directory => {
            words(format!("`{path}` is a directory, and a file is needed there")).help("move it out of the way")
        }
        Obstacle::Special => words(format!("`{path}` is neither a file nor a directory, and a file is needed there"))
            .help("move it out of the way"),
    }
}

pub(super) fn no_path(typed: &CommandLine) -> Words {
    words("the path of the project is missing and restwell cannot prompt for it")
        .because("the name comes from the path, `--name` or `RESTWELL_NAME`")
        .command(typed.clone().with_word("shop-api"))
}
