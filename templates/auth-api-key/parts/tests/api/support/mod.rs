//= ready
        auth::admit(&config(self.flags.clone())).await;
