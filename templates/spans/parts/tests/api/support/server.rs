//= ready
        crate::receiver::register_here(admin);
