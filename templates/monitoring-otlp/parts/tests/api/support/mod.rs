//= config
    let flags = [flags, vec![crate::scrape::INTERVAL.to_owned()]].concat();
//= flags
    flags.push(crate::scrape::INTERVAL.to_owned());
