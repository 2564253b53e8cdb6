//= shared
        let accessed = Arc::clone(&guarding);
//= request
            let request = super::auth::with_access(request, &accessed, &line.caller);
//= allowed
        header::AUTHORIZATION,
