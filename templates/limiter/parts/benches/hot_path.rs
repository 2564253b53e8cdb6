//= arguments
        // As good as no limit.
        let arguments = [&arguments[..], &["--rate-limit=1000000/s"]].concat();
