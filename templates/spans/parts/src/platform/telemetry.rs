//= fields
    /// The span of this request, if it is recorded.
    span: Option<opentelemetry_sdk::trace::Span>,
//= values
            span: None,
//= line
    /// Starts the span of the request.
    pub fn record(mut self) -> Self {
        self.span = super::spans::enter(&mut self.trace, opentelemetry::trace::SpanKind::Server);
        self
    }

//= logs
        if let Some(span) = self.span.take() {
            let route = self.route.as_ref().map(MatchedPath::as_str);
            super::spans::end(span, method, route, path, self.status);
        }
