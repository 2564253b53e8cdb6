//= shared
        let accessed = Arc::clone(&guarding);
//= request
            let request = super::auth::with_access(request, &accessed, &line.caller);
//= exposed
        header::WWW_AUTHENTICATE,
//= allowed
        header::AUTHORIZATION,
