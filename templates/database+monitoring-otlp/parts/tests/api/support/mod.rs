//= flags
    // Without a folder there is no series of the last backup.
    flags.push(concat!("--backup-folder=", env!("CARGO_TARGET_TMPDIR")).to_owned());
