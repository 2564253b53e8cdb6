//= arguments
        // The highest rate that the setting accepts.
        let arguments = [&arguments[..], &["--rate-limit=1000000/s"]].concat();
