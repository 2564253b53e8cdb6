//= recorder
        prometheus::exporter();
//= tasks
        let tasks = futures_util::future::join(tasks, prometheus::upkeep());
