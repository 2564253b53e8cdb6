//= ready
        crate::scrape::register(admin, &self.flags);
//= config
    let flags = [flags, crate::scrape::flags_of_this_process()].concat();
//= flags
    flags.extend(crate::scrape::flags(&crate::scrape::name()));
