//= settings
    #[command(flatten)]
    pub datadog: datadog::Settings,
//= fields
    pub datadog: datadog::Exporter,
//= new
            datadog: datadog::Exporter::new(&settings),
//= tasks
        let tasks = futures_util::future::join(tasks, self.datadog.run());
//= close
        // The last values.
        self.datadog.send().await;
