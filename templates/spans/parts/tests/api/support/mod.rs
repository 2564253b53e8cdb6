//= ready
        crate::receiver::register(admin, &self.flags);
//= config
    let flags = [flags, crate::receiver::flags_of_this_process()].concat();
//= flags
    flags.push(crate::receiver::flag(&crate::receiver::name()));
