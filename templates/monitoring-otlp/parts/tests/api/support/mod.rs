//= flags
    flags.push(crate::scrape::INTERVAL.to_owned());
