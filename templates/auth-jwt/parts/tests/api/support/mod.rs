//= flags
    flags.extend(auth::flags().map(String::from));
