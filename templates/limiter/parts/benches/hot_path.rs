//= arguments
        // Effectively no limit.
        let arguments = [&arguments[..], &["--rate-limit=1000000/s"]].concat();
