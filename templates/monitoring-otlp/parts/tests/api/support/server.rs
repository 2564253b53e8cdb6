//= ready
        crate::scrape::register_here(admin);
