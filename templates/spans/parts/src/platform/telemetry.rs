//= fields
    /// The span of this request, if it is recorded.
    span: Option<opentelemetry_sdk::trace::Span>,
//= trace
        let (trace, span) = super::spans::serve(trace, request.uri().path());
//= values
            span,
//= logs
        if let Some(span) = self.span.take() {
            let route = self.route.as_ref().map(MatchedPath::as_str);
            super::spans::end(span, &super::spans::Served { method, route, path, status: self.status });
        }
