//! Where spans go for the Datadog Agent, and what they say about the service.

use crate::receiver::{attributes, listen, stream};
use crate::spans::{hex, recorded, spans};
use crate::support::http::send;
use crate::support::process::Process;
use crate::trace::{PARENT, TRACE};

#[tokio::test]
async fn spans_go_to_the_host_of_the_agent_with_the_unified_attributes() {
    // An address of this machine that has this port for itself.
    let host = format!("127.77.{}.{}", fastrand::u8(..), fastrand::u8(1..255));
    listen(&format!("{host}:4318"));
    let host = format!("--dd-agent-host={host}");
    let unified = ["--dd-service=till", "--dd-env=test", "--dd-version=1.2.3"];
    let server = Process::start(&[&[&*host, "--otel-exporter-otlp-endpoint="], &unified[..]].concat()).await;
    assert_eq!(send(server.public, recorded("/greet")).await.status, 200);
    let span = &spans(&server, 1).await[0];
    assert_eq!((&*hex(&span.trace_id), &*hex(&span.parent_span_id)), (TRACE, PARENT));
    let resource = stream(server.admin).resource;
    let own = attributes(&resource.attributes);
    let names = ["service.name", "deployment.environment.name", "service.version"];
    assert_eq!(names.map(|name| &*own[name]), ["till", "test", "1.2.3"]);
}
