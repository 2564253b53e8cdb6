//= settings
    #[command(flatten)]
    pub datadog: datadog::Settings,
//= fields
    pub datadog: datadog::Exporter,
//= recorder
        let datadog = datadog::Exporter::new(&settings);
        datadog_spans::start(&settings)?;
//= new
            datadog,
//= tasks
        let tasks = futures_util::future::join(tasks, self.datadog.run());
//= flush
        // Before the database, which would take the rest of the time if it does not respond.
        self.datadog.send().await;
        spans::flush().await;
