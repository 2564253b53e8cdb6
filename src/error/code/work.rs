//! Codes of failures at work: the system, the project, merges, checks.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        "RW0601",
        "an error of the operating system",
        "A file could not be created, written or moved, for example because the disk is full or the directory is read-only. The \
         target is unchanged, unless the message says what was done: a change that was written in part is finished by the next \
         command that writes.",
    ),
    code(
        "RW0602",
        "standard output could not be written",
        "The output could not be delivered, for example to a file on a full disk. A project that was being written is complete.",
    ),
    code(
        "RW0603",
        "there is no project here",
        "The command works on a project: a directory with `.restwell/base`, which `restwell new` writes. It is searched for in \
         the working directory and above it. Change into the project; if the folder `.restwell` was deleted, take it back \
         from the history of git.",
    ),
    code(
        "RW0604",
        "the base of the project cannot be used",
        "`.restwell/base` holds the files as restwell last applied them, each with its length and hash. It is no text to edit: \
         if anything in it does not match, restwell stops, since a merge with a wrong base would lose edits. Take the last \
         version back with `git checkout -- .restwell`. A base that a newer restwell wrote needs that version. If it is lost, \
         `set` and `update` take another one with `--base DIR`, a project rendered by the version that was applied. If git \
         merged two versions of it, do the same once the other files are resolved, above all `restwell.toml`.",
    ),
    code(
        "RW0605",
        "another run is changing the project",
        "Only one restwell process changes a project at a time. Run the command again when the other one has ended.",
    ),
    code(
        "RW0606",
        "files of the project are not what the change was decided for",
        "A file was edited while restwell was running: nothing was written, run the command again. Or an earlier run was \
         interrupted after it had begun to write, and a file was edited before the next command could finish the change: \
         restwell never replaces such a file. The old files are in `.restwell/undo`, under the number of the change.",
    ),
    code(
        "RW0701",
        "a bug in restwell",
        "Restwell reached a state that should be impossible. No partial project is left. Please report it with the text that \
         was printed.",
    ),
    code(
        "RW0801",
        "interrupted",
        "Ctrl-C or another signal ended the run, or you left the prompts. The target is unchanged.",
    ),
    code(
        "RW0803",
        "a person has to decide",
        "You edited the same place of a file that the command would change. Nothing was written. Move your edit elsewhere, or \
         make the file what it was, and run the command again. With `set` and `update`, `--ours PATH` keeps your side there, \
         and `--theirs PATH` takes restwell's.",
    ),
    code(
        "RW0804",
        "the result of a change does not compile",
        "`set` and `update` run `cargo check --all-targets --locked` on a copy of the result before they write it, and with \
         `--test` its tests. Nothing was written. `--no-check` leaves this step out; `restwell undo` takes a change back.",
    ),
    code(
        "RW0805",
        "files have conflict markers",
        "With `--conflict markers` a change is written even where a person has to decide: both sides are in the file, between \
         markers. `restwell status --check` fails until none is left. `restwell undo` takes the whole change back.",
    ),
    code(
        "RW0806",
        "cargo cannot resolve the crates of the result",
        "`Cargo.toml` names crates that `Cargo.lock` does not have, and cargo found them neither on the machine nor in the \
         registry. Nothing was written. Run `cargo update --workspace` in the project where the registry is reachable, then \
         the command again.",
    ),
    code(
        "RW0807",
        "the project was changed otherwise since",
        "`undo` and `redo` take files back to what a change found, and `.restwell/base` is now neither that from before the \
         change nor that from after it: for example, the change was made on another branch of git. Nothing was written. Run \
         the command on that branch. What git merged into this one is taken back by `git revert`, or by `restwell set` with \
         the old values.",
    ),
    code(
        "RW0901",
        "the project differs",
        "`--check` found differences: `status --check` between the project, its base, its `restwell.toml` and this version, \
         `diff --check` in what it compares. The message names them.",
    ),
    code(
        "RW0902",
        "the project breaks a policy",
        "`restwell policy check` found a version, a value or a file that the policy does not allow. The message names each, \
         and the commands that mend it.",
    ),
];
