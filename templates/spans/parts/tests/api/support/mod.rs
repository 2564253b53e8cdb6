//= set-up
        let flags = crate::receiver::own(flags);
//= ready
        crate::receiver::register(admin, &self.flags);
//= here
    let flags = crate::receiver::of_this_process(flags);
//= flags
    flags.push(crate::receiver::flag(&crate::receiver::name()));
