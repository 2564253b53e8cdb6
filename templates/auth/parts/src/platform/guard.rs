//= request
            let request = super::auth::with_caller(request, &line.caller);
//= allowed
        header::AUTHORIZATION,
