//= commands
    /// Make a backup of the database, also while the service runs
    Backup(super::backup::Backup),
    /// Replace the database by a backup, while the service does not run
    Restore(super::backup::Restore),
//= runs
            Self::Backup(command) => command.run(settings).await?,
            Self::Restore(command) => command.run(settings).await?,
