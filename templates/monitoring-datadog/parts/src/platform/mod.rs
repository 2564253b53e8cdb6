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
//= close
        // The last values, and spans.
        self.datadog.send().await;
        spans::flush().await;
