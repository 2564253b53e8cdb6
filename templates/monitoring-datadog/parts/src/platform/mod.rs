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
        // The last values, and spans. First: a database that does not respond would take the rest of the time.
        self.datadog.send().await;
        spans::flush().await;
