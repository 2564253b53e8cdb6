//= permit
    // Reads are public.
    if ["POST", "PUT", "DELETE"].contains(&request.method.as_str()) {
        return request.header("authorization", auth::credential());
    }
