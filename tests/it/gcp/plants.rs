//! Planted faults: each is found.

use restwell::choice::Monitoring;

use super::{Facts, faults, files, largest, tree};
use crate::plants::all_are_found;

/// A file below `deploy/`, the right text, the wrong text, and what is said.
type Plant = (&'static str, &'static str, &'static str, &'static str);

/// What a strict schema finds too.
const TYPES: &[Plant] = &[
    ("service.yaml", "readinessProbe:", "readynessProbe:", "unknown field `readynessProbe`"),
    ("service.yaml", "timeoutSeconds: 15", "timeoutSeconds: \"15\"", "invalid type"),
    ("service.yaml", "key: \"1\"", "key: 1", "invalid type"),
    ("service.yaml", "percent: 100", "percentage: 100", "unknown field `percentage`"),
    ("service.yaml", "maxScale: \"4\"", "maxScale: 4", "invalid type"),
    ("service.yaml", "cpu-throttling: \"false\"", "cpu-throttling: false", "invalid type"),
    (
        "service.yaml",
        "timeoutSeconds: 15",
        "timeoutSeconds: 15\n      terminationGracePeriodSeconds: 30",
        "unknown field",
    ),
    (
        "service.yaml",
        "          image: IMAGE",
        "          image: IMAGE\n          securityContext: {}",
        "unknown field",
    ),
    (
        "service.yaml",
        "          image: IMAGE",
        "          image: IMAGE\n          envFrom: []",
        "unknown field `envFrom`",
    ),
    (
        "service.yaml",
        "          image: IMAGE",
        "          image: IMAGE\n          imagePullPolicy: Always",
        "unknown field",
    ),
    ("service.yaml", "  name: north-pier9", "  name: north-pier9\n  namespace: shop", "unknown field `namespace`"),
    ("service.yaml", "              port: 8080", "              port: http", "invalid type"),
    (
        "service.yaml",
        "apiVersion: serving.knative.dev/v1",
        "apiVersion: run.googleapis.com/v2",
        "no service of Cloud Run",
    ),
    ("service.yaml", "kind: Service", "kind: Job", "no service of Cloud Run"),
    ("collector.yaml", "endpoints:", "endpoint:", "unknown field `endpoint`"),
    ("collector.yaml", "kind: RunMonitoring", "kind: PodMonitoring", "no configuration of the collector"),
];

/// Names and values that only the server knows.
const VALUES: &[Plant] = &[
    (
        "service.yaml",
        "autoscaling.knative.dev/maxScale",
        "autoscaling.knative.dev/maxscale",
        "no annotation of a revision",
    ),
    ("service.yaml", "run.googleapis.com/minScale", "autoscaling.knative.dev/minScale", "no annotation of a service"),
    ("service.yaml", "run.googleapis.com/ingress: all", "run.googleapis.com/ingress: public", "no value public"),
    ("service.yaml", "gen2", "gen3", "no value gen3"),
    ("service.yaml", "gen2", "gen1", "not the execution environment gen2"),
    ("service.yaml", "private-ranges-only", "private", "no value private"),
    ("service.yaml", "\"subnetwork\":\"default\"", "\"subnet\":\"default\"", "network-interfaces: no value"),
    ("service.yaml", "'[{\"network\"", "'[{network", "network-interfaces: no value"),
    ("service.yaml", "invoker-iam-disabled: \"true\"", "invoker-iam-disabled: \"yes\"", "no value yes"),
    ("service.yaml", "maxScale: \"4\"", "maxScale: \"0\"", "no value 0"),
    ("service.yaml", "name: north-pier9\n", "name: North-pier9\n", "no name"),
    ("service.yaml", "name: north-pier9\n", "name: north-pier9-north-pier9-north-pier9-pier\n", "a name too long"),
    ("service.yaml", "north-pier9@PROJECT", "pier@PROJECT", "no service account"),
    ("service.yaml", "@PROJECT.iam.gserviceaccount.com", "@PROJECT.iam.gserviceaccount.co", "no service account"),
    ("service.yaml", "name: http1", "name: http", "a protocol that Cloud Run does not have"),
    (
        "service.yaml",
        "containerPort: 8080",
        "containerPort: 8080\n            - name: h2c\n              containerPort: 8081",
        "not one port",
    ),
    ("service.yaml", "containerPort: 8080", "containerPort: 8000", "another port than that of the service"),
    ("service.yaml", "- name: RUST_LOG", "- name: PORT", "PORT: set by Cloud Run"),
    ("service.yaml", "- name: RUST_LOG", "- name: RUST LOG", "no name of a variable"),
    ("service.yaml", "cpu: \"1\"", "cpu: \"3\"", "no number of processors"),
    ("service.yaml", "cpu: \"1\"", "cpu: \"4\"", "less memory than it needs"),
    ("service.yaml", "memory: 512Mi", "memory: 8Gi", "more memory than its processors may have"),
    ("service.yaml", "- name: RUST_LOG", "- name: K_SERVICE", "K_SERVICE: set by Cloud Run"),
    ("service.yaml", "cpu: \"1\"", "cpu: 500m", "takes one request at a time"),
    ("service.yaml", "memory: 512Mi", "memory: 512MB", "less memory than it needs"),
    ("service.yaml", "memory: 512Mi", "memory: 256Mi", "less memory than it needs"),
    ("service.yaml", "memory: 512Mi", "memory: 512Mi\n              disk: 1Gi", "a limit of nothing"),
    ("service.yaml", "containerConcurrency: 250", "containerConcurrency: 1001", "no containerConcurrency"),
    ("service.yaml", "timeoutSeconds: 15", "timeoutSeconds: 7200", "more than an hour"),
    ("service.yaml", "mountPath: /etc/rungmp", "mountPath: etc/rungmp", "a path that Cloud Run refuses"),
    ("service.yaml", "path: config.yaml", "path: /config.yaml", "a path outside the volume"),
    ("service.yaml", "cloud-run-gmp-sidecar:1.2.0", "cloud-run-gmp-sidecar:latest", "an image without a version"),
    (
        "service.yaml",
        "        - name: collector\n          image",
        "        - name: app\n          image",
        "a container twice",
    ),
];

/// Probes and times.
const TIMES: &[Plant] = &[
    ("service.yaml", "              port: 8080", "              port: 8081", "startupProbe: another port"),
    ("service.yaml", "path: /health/ready", "path: /healthz", "startupProbe: another path"),
    ("service.yaml", "timeoutSeconds: 1\n", "timeoutSeconds: 2\n", "the time-out is not shorter than the period"),
    ("service.yaml", "timeoutSeconds: 5", "timeoutSeconds: 10", "livenessProbe: the time-out is not shorter"),
    ("service.yaml", "failureThreshold: 120", "failureThreshold: 121", "240 s to start"),
    ("service.yaml", "failureThreshold: 120", "failureThreshold: 0", "failureThreshold is 0"),
    (
        "service.yaml",
        "failureThreshold: 3",
        "failureThreshold: 3\n            successThreshold: 2",
        "successThreshold is not 1",
    ),
    ("service.yaml", "periodSeconds: 10", "periodSeconds: 4000", "livenessProbe: no period"),
    ("service.yaml", "          startupProbe:", "          livenessProbe:", "duplicate"),
    ("service.yaml", "value: 8s", "value: 20s", "killed while it drains"),
    ("service.yaml", "value: 0s", "value: 5s", "killed while it drains"),
    (
        "service.yaml",
        "- name: DRAIN_DELAY\n              value: 0s",
        "- name: BODY_LIMIT\n              value: 1MiB",
        "killed while it drains",
    ),
    ("service.yaml", "value: 7s", "value: 10s", "a request may take longer than a replica drains"),
    ("service.yaml", "timeoutSeconds: 15", "timeoutSeconds: 7", "Cloud Run answers before the service"),
];

/// What refers to nothing, or means another thing than it should.
const REFERENCES: &[Plant] = &[
    ("service.yaml", "maxScale: \"4\"", "maxScale: \"10\"", "exhausts the connections"),
    ("service.yaml", "minScale: \"2\"", "minScale: \"1\"", "another minScale"),
    (
        "service.yaml",
        "containerConcurrency: 250",
        "containerConcurrency: 600",
        "refuses requests before another is added",
    ),
    ("service.yaml", "cpu-throttling: \"false\"", "cpu-throttling: \"true\"", "no processor for what works"),
    ("service.yaml", "    run.googleapis.com/invoker-iam-disabled: \"true\"\n", "", "every request is answered 403"),
    (
        "service.yaml",
        "        run.googleapis.com/vpc-access-egress: private-ranges-only\n",
        "",
        "no way to private addresses",
    ),
    ("service.yaml", "image: IMAGE", "image: north-pier9", "rollout.sh writes no image"),
    ("service.yaml", "name: north-pier9\n", "name: north-pier8\n", "another service than that of rollout.sh"),
    ("service.yaml", "north-pier9@PROJECT", "north-pier8@PROJECT", "no service account"),
    ("service.yaml", "north-pier9-redis-url", "north-pier8-redis-url", "the secret of another setting"),
    (
        "service.yaml",
        "secretName: north-pier9-collector",
        "secretName: north-pier9-config",
        "another secret than README.md",
    ),
    ("service.yaml", "    run.googleapis.com/launch-stage: BETA\n", "", "needs the launch stage BETA"),
    ("service.yaml", "ingress: all", "ingress: internal", "clients do not reach the service"),
    ("service.yaml", "startup-cpu-boost: \"true\"", "startup-cpu-boost: \"false\"", "starts without more processors"),
    (
        "service.yaml",
        "name: collector\n          image",
        "name: collector\n          ports:\n            - name: http1\n              containerPort: 9\n          image",
        "not one container with a port",
    ),
    ("service.yaml", "value: 127.0.0.1", "value: 0.0.0.0", "the admin port is open"),
    (
        "service.yaml",
        "HOPS\n              value: \"1\"",
        "HOPS\n              value: \"2\"",
        "not the last of X-Forwarded-For",
    ),
    ("service.yaml", "- name: RUST_LOG", "- name: RUST_LGO", "RUST_LGO: no setting of the service"),
    ("service.yaml", "- name: RUST_LOG", "- name: REQUEST_TIMEOUT", "REQUEST_TIMEOUT: twice"),
    ("service.yaml", "- name: RUST_LOG", "- name: DATABASE_URL", "DATABASE_URL: a secret in the file"),
    ("service.yaml", "key: \"1\"", "key: latest", "a version of a secret that can move"),
    ("service.yaml", "- key: \"1\"", "- key: latest", "a version that can move"),
    ("service.yaml", "name: north-pier9-redis-url", "name: north-pier9-database-url", "the secret of another setting"),
    ("service.yaml", "name: north-pier9-redis-url", "name: north/redis-url", "no name of a secret"),
    (
        "service.yaml",
        "{\"collector\":[\"app\"]}",
        "{\"collector\":[\"service\"]}",
        "waits for a container that does not exist",
    ),
    ("service.yaml", "{\"collector\":[\"app\"]}", "{\"colector\":[\"app\"]}", "a container that does not exist waits"),
    ("service.yaml", "{\"collector\":[\"app\"]}", "{\"app\":[\"collector\"]}", "without a startup probe"),
    (
        "service.yaml",
        "- name: collector\n              mountPath",
        "- name: config\n              mountPath",
        "mounts no volume",
    ),
    ("service.yaml", "mountPath: /etc/rungmp", "mountPath: /etc/gmp", "the collector has no configuration"),
    ("service.yaml", "path: config.yaml", "path: collector.yaml", "the collector has no configuration"),
    ("service.yaml", "percent: 100", "percent: 90", "not 100 % together"),
    ("service.yaml", "latestRevision: true", "latestRevision: false", "not one of latestRevision and revisionName"),
    ("service.yaml", "latestRevision: true", "revisionName: north-pier9-00001-abc", "that only one project has"),
    ("collector.yaml", "port: 8081", "port: 8080", "another port than that of the metrics"),
    ("collector.yaml", "path: /metrics", "path: /metric", "another path than that of the metrics"),
    ("collector.yaml", "name: north-pier9", "name: run-gmp-sidecar", "another job than that of the rules"),
    ("collector.yaml", "interval: 15s", "interval: 15", "invalid type"),
    ("collector.yaml", "interval: 15s", "interval: 5m", "no interval that the rules can use"),
];

#[test]
fn planted_faults_are_found() {
    let tree = tree(Monitoring::Prometheus);
    let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
    let sound = files(tree.files().map(|(path, file)| (path, text(&file.bytes))));
    let facts = Facts::of(&largest(Monitoring::Prometheus));
    let plants = [TYPES, VALUES, TIMES, REFERENCES].into_iter().flatten().copied();
    all_are_found(&sound, plants, |files, path| files.get_mut(path), |files| faults(files, &facts));
}

#[test]
fn a_file_that_nothing_reads_is_found() {
    let tree = tree(Monitoring::None);
    let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
    let mut found = files(tree.files().map(|(path, file)| (path, text(&file.bytes))));
    let facts = Facts::of(&largest(Monitoring::None));
    assert_eq!(faults(&found, &facts), Vec::<String>::new());
    found.insert("staging.yaml".to_owned(), String::new());
    assert_eq!(faults(&found, &facts), ["staging.yaml: read by nothing"]);
}
