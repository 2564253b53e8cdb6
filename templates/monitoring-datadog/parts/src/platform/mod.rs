//= settings
    #[command(flatten)]
    pub datadog: datadog::Settings,
//= fields
    pub datadog: datadog::Exporter,
//= recorder
        datadog_spans::start(&settings)?;
//= new
            datadog: datadog::Exporter::new(&settings),
//= tasks
        let tasks = futures_util::future::join(tasks, self.datadog.run());
//= close
        // The last values, and spans.
        self.datadog.send().await;
        spans::flush().await;
