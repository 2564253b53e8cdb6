//! The stable error codes and what they mean, for `restwell explain`.
//!
//! The third and fourth characters are the family, and the family decides the exit code. The codes of rules are in the
//! rules themselves: every `RW03..` beside the first.

/// A stable error code.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// `RW0101`
    pub id: &'static str,
    /// What happened, in one clause.
    pub title: &'static str,
    /// Why it is an error and what to do, in whole sentences.
    pub meaning: &'static str,
}

/// The exit code of every family.
const FAMILIES: &[(&str, u8)] =
    &[("RW01", 2), ("RW02", 2), ("RW03", 3), ("RW04", 4), ("RW05", 5), ("RW06", 1), ("RW07", 70), ("RW08", 130)];

/// The exit code that goes with an error code.
pub fn exit(code: &str) -> u8 {
    FAMILIES.iter().find(|(family, _)| code.starts_with(family)).map_or(70, |&(_, exit)| exit)
}

impl Code {
    /// The code that a user spells `word`.
    pub fn named(word: &str) -> Option<Self> {
        CODES.iter().copied().find(|code| code.id.eq_ignore_ascii_case(word))
    }
}

const fn code(id: &'static str, title: &'static str, meaning: &'static str) -> Code {
    Code { id, title, meaning }
}

/// Every code but those of the rules, in order.
pub const CODES: &[Code] = &[
    code(
        "RW0101",
        "a flag does not exist",
        "The command has no such flag, and a flag that is not understood is never skipped. The nearest spelling is named \
         where there is one; `restwell help new` lists all of them.",
    ),
    code(
        "RW0102",
        "a value does not exist",
        "A flag, a variable or a key of the answers file has a value that is none of those allowed. The message names the \
         place and the nearest value; `restwell list` shows every choice with its values.",
    ),
    code(
        "RW0103",
        "a variable is not known",
        "A variable of the environment is within two slips of one that restwell knows, so it is most likely misspelt. Known are \
         `RESTWELL_PRESET`, `RESTWELL_NAME`, `RESTWELL_NON_INTERACTIVE` and, for every choice, `RESTWELL_` with the choice in \
         capitals; an empty one counts as unset. Rename it or unset it. Any other variable that starts with `RESTWELL_` is \
         only warned of.",
    ),
    code(
        "RW0104",
        "a key of the answers file is not known",
        "The answers file may hold a key for every choice, `preset`, `name`, and `restwell`, the version that wrote it. \
         Anything else is refused, since a misspelt key would silently leave a choice at its default.",
    ),
    code(
        "RW0105",
        "the answers file cannot be understood",
        "The file is not valid TOML, a value in it is not a string, or it has several mistakes. The message names the lines. `restwell schema` prints \
         the JSON Schema that editors check such files with.",
    ),
    code(
        "RW0106",
        "the answers file cannot be read",
        "The file named by `--answers` does not exist, may not be read, is not text or is larger than a megabyte. `-` reads \
         standard input.",
    ),
    code("RW0107", "a command does not exist", "`restwell help` lists the commands."),
    code(
        "RW0108",
        "the command line cannot be understood",
        "An argument is missing, given twice, or does not go with another. `restwell help COMMAND` shows what a command takes.",
    ),
    code(
        "RW0109",
        "this is another version of restwell",
        "`--expect-version` asks for a certain version, since another may write other bytes for the same answers. Install \
         that version, or leave the flag out to take what this one writes.",
    ),
    code(
        "RW0110",
        "the plan has no such file",
        "`--show` prints one file of the project as it would be written, by its path inside the project. `--dry-run -v` lists \
         every file of the plan.",
    ),
    code(
        "RW0111",
        "there is nothing to explain",
        "`restwell explain` takes error codes such as `RW0301`, choices such as `cache`, values such as `redis` or \
         `database=sqlite cache=none`, and presets such as `standard`.",
    ),
    code(
        "RW0201",
        "the name has a character that a package cannot have",
        "A project is a cargo package: its name starts with an ASCII letter or `_`, and goes on with ASCII letters, digits, \
         `-` and `_`. The directory may be called otherwise: `--name` sets the name of the package alone.",
    ),
    code(
        "RW0202",
        "the name is reserved",
        "Keywords of Rust, `test`, the crates of the standard library, the directories of a cargo build and the device names \
         of Windows cannot be the name of a package, or can but break in surprising ways. `--name` sets another.",
    ),
    code(
        "RW0203",
        "the name belongs to a dependency",
        "The project would be called like one of the packages it depends on, so cargo and the compiler could not tell the two \
         apart. `--name` sets another.",
    ),
    code(
        "RW0204",
        "the path has no name",
        "The name of a project is the last part of its path, and this path has none that can be used. `--name` sets one.",
    ),
    code(
        "RW0300",
        "the choices do not go together",
        "Two values that were asked for cannot be in one project. Values that nobody asked for, from a preset or a default, \
         give way by themselves. `restwell list` shows the rules.",
    ),
    code(
        "RW0401",
        "an answer is missing and there is no one to ask",
        "Restwell asks only on a terminal. In a script give every choice by flag, by variable or in an answers file, take a \
         preset, or let `--yes` fill the rest with defaults.",
    ),
    code(
        "RW0402",
        "the path of the project is missing and there is no one to ask",
        "`restwell new` asks for the name of a project on a terminal. In a script give the path as an argument, or a name by \
         `--name` or `RESTWELL_NAME`, which is then also the path.",
    ),
    code(
        "RW0501",
        "the target exists and is not empty",
        "A project is written into a new or an empty directory. `--force` writes into one that is not empty: it first lists \
         the files it would replace, and keeps each of them beside the new one. A file that appears while restwell runs is \
         never replaced, and what the run had placed by then is taken back. Where an interrupted run has left a part of a \
         project, the same command completes it.",
    ),
    code(
        "RW0502",
        "a symbolic link is in the way",
        "What is written through a symbolic link lands outside the project, so Restwell never does; and a link to nothing \
         above the target leaves it no place. Name the real path, or remove the link.",
    ),
    code(
        "RW0503",
        "a file or directory is in the way",
        "A file stands where the project needs a directory, or the other way round. Restwell replaces files only, and only \
         under `--force`: move it out of the way.",
    ),
    code(
        "RW0504",
        "a cargo workspace around it would take the project for a member",
        "A project is a workspace of its own, with its own lock, and cargo refuses one workspace inside another: every cargo \
         command in the outer one would fail. Add the `exclude` line that the message shows to the outer `Cargo.toml`, or \
         write the project elsewhere.",
    ),
    code(
        "RW0601",
        "the operating system refused",
        "A file could not be created, written or moved: the disk is full, say, or the directory is read-only. Nothing half-made \
         is left: the target is as it was before.",
    ),
    code(
        "RW0602",
        "standard output could not be written",
        "The answer was ready but its reader could not take it, as on a full disk. A project that was being written is complete.",
    ),
    code(
        "RW0701",
        "a bug in restwell",
        "Restwell met a state that its authors thought impossible. Nothing half-made is left. Please report it with the text \
         that was printed.",
    ),
    code("RW0801", "interrupted", "Ctrl-C, a signal or `cancel` ended the run. The target is as it was before."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RULES;

    #[test]
    fn codes_are_sorted_distinct_and_of_a_family() {
        assert!(CODES.is_sorted_by(|one, next| one.id < next.id));
        for code in CODES {
            assert!(FAMILIES.iter().any(|(family, _)| code.id.starts_with(family)), "{}", code.id);
            assert!(RULES.iter().all(|rule| rule.code != code.id), "{} is a rule's", code.id);
        }
    }

    #[test]
    fn titles_are_clauses_and_meanings_are_sentences() {
        for Code { id, title, meaning } in CODES {
            assert!(!title.ends_with('.'), "{id}");
            assert!(meaning.ends_with('.'), "{id}");
        }
    }
}
