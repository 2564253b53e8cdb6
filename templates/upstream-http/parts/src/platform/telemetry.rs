//= line
    /// The request with its id and its trace in the headers, from where a handler passes them on.
    pub fn pass_on(&self, mut request: Request) -> Request {
        request.headers_mut().insert(super::guard::REQUEST_ID, self.id.clone());
        self.trace.enter(request.headers_mut());
        request
    }

