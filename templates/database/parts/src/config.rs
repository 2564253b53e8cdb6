//= commands
    /// Run pending migrations and exit
    Migrate,
