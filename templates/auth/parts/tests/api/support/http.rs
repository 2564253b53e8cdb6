//= credential
    // Reads are public.
    if ["POST", "PUT", "DELETE"].contains(&method) {
        return Request::new(method, path).header("authorization", super::auth::credential());
    }
