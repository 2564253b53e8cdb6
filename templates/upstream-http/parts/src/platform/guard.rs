//= request
            // For handlers, which pass it on.
            let request = line.pass_on(request);
