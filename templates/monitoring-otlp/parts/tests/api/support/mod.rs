//= ready
        crate::scrape::register(admin, &self.flags);
//= config
    let flags = crate::scrape::of_this_process(flags);
//= flags
    flags.extend(crate::scrape::flags(&crate::scrape::name()));
