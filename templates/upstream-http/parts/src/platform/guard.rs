//= request
            // The handler copies these headers to outbound calls.
            let request = super::upstream::identify(request, &line);
