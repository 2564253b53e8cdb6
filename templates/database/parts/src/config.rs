//= commands
    /// Bring the database's schema up to date
    Migrate,
