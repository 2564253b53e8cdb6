//= use
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
//= types
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::Metric;
//= fields
    /// The number of exports of metrics.
    pub exports: usize,
    /// Those of the last export.
    pub metrics: Vec<Metric>,
    pub logs: Vec<LogRecord>,
    /// The headers of the last request.
    pub headers: BTreeMap<String, String>,
//= acknowledged
        // Metrics are acknowledged always: they count what is not.
        let is_stuck = is_stuck && !path.ends_with("/metrics");
//= store
    stream.headers.clone_from(headers);
//= signals
        "metrics" => {
            let [of_resource] = &ExportMetricsServiceRequest::decode(body).expect("metrics").resource_metrics[..]
            else {
                panic!("not one resource")
            };
            stream.resource = of_resource.resource.clone().expect("a resource");
            stream.metrics = of_resource.scope_metrics.iter().flat_map(|scope| scope.metrics.clone()).collect();
            stream.exports += 1;
        }
        "logs" => {
            let request = ExportLogsServiceRequest::decode(body).expect("log records");
            let scopes = request.resource_logs.into_iter().flat_map(|resource| resource.scope_logs);
            stream.logs.extend(scopes.flat_map(|scope| scope.log_records));
        }
