//= fields
    pub database: super::database::Database,
//= set-up
        let database = super::database::Database::new().await;
        let flags = [vec![database.flag()], flags].concat();
//= values
            database,
