//= fields
    /// Dropped with the process, and its data with it.
    pub _database: super::database::Database,
//= set-up
        let database = super::database::Database::new().await;
        let flags = [vec![database.flag()], flags].concat();
//= process
        Self { public, admin, program, _database: database }
