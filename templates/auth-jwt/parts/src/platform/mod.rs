//= tasks
        let tasks = futures_util::future::join(tasks, self.keys.renew());
//= new
            keys: keys::Keys::new(&settings.keys)?,
