//= fixture
    /// Its data goes with it.
    pub database: database::Database,
//= set-up
        let database = database::Database::new().await;
        let flags = [vec![database.flag()], flags].concat();
//= values
            database,
