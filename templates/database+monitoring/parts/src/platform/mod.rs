//= ahead
        ::metrics::gauge!("db_migrations_ahead").set(ahead as f64);
//= settings
    #[command(flatten)]
    pub backups: backup_age::Settings,
//= tasks
        let tasks = futures_util::future::join(tasks, backup_age::watch(&self.settings.backups));
