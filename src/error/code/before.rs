//! Codes of failures before anything is changed: the command line, names, choices, the target.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        "RW0101",
        "unknown flag",
        "The command has no such flag, and an unknown flag is never ignored. The message suggests the most similar flag; \
         `restwell help new` lists all of them.",
    ),
    code(
        "RW0102",
        "invalid value",
        "A flag, a variable or a key of the answers file has a value that is not valid there. The message suggests the most \
         similar value; `restwell list` shows every choice with its values.",
    ),
    code(
        "RW0103",
        "misspelt variable",
        "The name of an environment variable differs by at most two edits from one that restwell reads, so it is probably \
         misspelt. Restwell reads `RESTWELL_PRESET`, `RESTWELL_NAME`, `RESTWELL_NON_INTERACTIVE` and, for every choice, \
         `RESTWELL_` with the choice in capitals; an empty variable counts as unset. Rename the variable or unset it. Any \
         other variable that starts with `RESTWELL_` only causes a warning.",
    ),
    code(
        "RW0104",
        "unknown key in the answers file",
        "The valid keys are the choices, `preset`, `name`, the tables `resource`, the table `files` with the list `mine`, and \
         `restwell`, the version that wrote the file. Any other key is an error, since a misspelt key would silently leave a \
         choice at its default.",
    ),
    code(
        "RW0105",
        "invalid answers file",
        "The file is not valid TOML, a value in it has another type than its key takes, an entry of `files` is not a \
         pattern, or it has several mistakes. The message names the lines. \
         `restwell schema` prints a JSON Schema with which an editor can check the file.",
    ),
    code(
        "RW0106",
        "the answers file cannot be read",
        "The file given with `--answers`, or to `policy check`, does not exist, is not readable, is not text, or is larger than a megabyte. `-` is \
         standard input.",
    ),
    code("RW0107", "unknown command", "`restwell help` lists the commands."),
    code(
        "RW0108",
        "invalid command line",
        "An argument is missing, is given more than once, or cannot be used with another. `restwell help COMMAND` shows the \
         arguments of a command.",
    ),
    code(
        "RW0109",
        "another version of restwell is expected",
        "Another version may generate a different project from the same answers, so `--expect-version` requires one. Install \
         that version, or omit the flag.",
    ),
    code(
        "RW0110",
        "the project has no such file",
        "`--show` prints one file of the project as it would be written, by its path inside the project. `--dry-run -v` lists \
         every file of the plan.",
    ),
    code(
        "RW0111",
        "no explanation for this word",
        "`restwell explain` accepts error codes such as `RW0301`, choices such as `cache`, values such as `redis` or \
         `database=sqlite cache=none`, and presets such as `standard`.",
    ),
    code(
        "RW0112",
        "restwell has no file at this path",
        "The path is not one of the files that restwell applied to the project or would apply. `restwell diff` shows \
         those that differ; paths are relative to the working directory.",
    ),
    code(
        "RW0113",
        "there is no change to take back or to make again",
        "`restwell undo` takes back what restwell changed in the project, the newest change first, and `restwell redo` makes \
         it again, as long as no other change was made since. The last ten changes are kept.",
    ),
    code(
        "RW0114",
        "the version that was applied is newer",
        "`restwell update` would make the project what an older version renders. Install the newer version, or pass \
         `--downgrade`.",
    ),
    code(
        "RW0115",
        "invalid policy",
        "The file given to `restwell policy check` is not valid TOML, or has an unknown key or value. Its keys are \
         `minimum-version`, the table `choices` and the list `unchanged`; docs/platform.md has an example.",
    ),
    code(
        "RW0120",
        "the resource is not valid",
        "`restwell generate resource NAME FIELD…` takes a name, a noun in the plural, and fields such as `number:string!`, `note:text?` or \
         `ref:products`. Names are lower-case letters, digits and underscores, and no reserved words of Rust or SQL. A \
         resource refers only to resources that exist, and is removed only when none refers to it. Other fields of a resource that \
         exists keep the values of its rows: a new required field needs a value for them, which only numbers and `bool` \
         have, and another type must have every value of the old one. Add the field with `?`, or under another name. A \
         resource whose table a migration of the project makes already needs another name.",
    ),
    code(
        "RW0201",
        "the name has a character that is not allowed in a package name",
        "A project is a cargo package: its name starts with an ASCII letter or `_`, followed by ASCII letters, digits, `-` \
         and `_`. The directory may have another name: `--name` sets the name of the package only.",
    ),
    code(
        "RW0202",
        "the name is reserved",
        "Keywords of Rust, `test`, the crates of the standard library, the directories of a cargo build, the device names \
         of Windows, words that YAML reads as another value (`on`, `null`) and the namespaces of Kubernetes itself are not valid \
         names, or cause surprising failures. Choose another with `--name`.",
    ),
    code(
        "RW0203",
        "the name is that of a dependency",
        "The project would have the same name as one of its dependencies, and cargo cannot distinguish the two. Choose another \
         with `--name`.",
    ),
    code(
        "RW0204",
        "the path has no name",
        "The name of a project is the last part of its path, and this path has no usable one. Set a name with `--name`.",
    ),
    code(
        "RW0300",
        "the choices cannot be combined",
        "A rule excludes two values that you asked for. Values from a preset or a default are replaced automatically. \
         `restwell list` shows the rules.",
    ),
    code(
        "RW0401",
        "an answer is missing and restwell cannot prompt for it",
        "Restwell prompts only on a terminal. In a script, give every choice as a flag, as a variable or in an answers file, \
         use a preset, or accept the defaults with `--yes`.",
    ),
    code(
        "RW0402",
        "the path of the project is missing and restwell cannot prompt for it",
        "On a terminal `restwell new` prompts for the name. In a script, give the path as an argument, or a name with `--name` \
         or `RESTWELL_NAME`, which is then also the path.",
    ),
    code(
        "RW0501",
        "the target exists and is not empty",
        "A project is written into a new or empty directory. `--force` also writes into one that is not empty: it lists the \
         files that it replaces and keeps a copy of each beside the new one. A file that appears while restwell is running is \
         never replaced; the files written so far are then removed. If an interrupted run left part of a project, the same \
         command completes it.",
    ),
    code(
        "RW0502",
        "a symbolic link is in the way",
        "Files written through a symbolic link would be created outside the project, so restwell never follows one inside the \
         target. A dangling link above the target leads to no directory. Use the real path, or remove the link.",
    ),
    code(
        "RW0503",
        "a file or directory is in the way",
        "There is a file where the project needs a directory, or a directory where it needs a file. Restwell replaces only \
         files, and only with `--force`: move it out of the way.",
    ),
    code(
        "RW0504",
        "the project would become a member of the cargo workspace around it",
        "A project is a separate workspace with its own `Cargo.lock`, and cargo does not allow nested workspaces: every cargo \
         command in the outer one would fail. Run the suggested command, which writes the project beside the outer workspace, \
         or add the `exclude` line that the message shows to the outer `Cargo.toml`. Restwell never edits that file itself, \
         since it belongs to you.",
    ),
];
