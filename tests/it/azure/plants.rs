//! Planted faults: each is found.

use restwell::plan::Plan;

use super::{FILE, largest, rules, service};
use crate::plants::all_are_found;
use crate::projects::{NAME, source, tree};

/// The right text, the wrong text, and what is said.
const PLANTS: &[(&str, &str, &str)] = &[
    // Names and types.
    ("probes:", "probe:", "unknown field `probe`"),
    ("terminationGracePeriodSeconds", "terminationGracePeriod", "unknown field `terminationGracePeriod`"),
    ("targetPort", "targetport", "unknown field `targetport`"),
    ("minReplicas", "minReplica", "unknown field `minReplica`"),
    ("secretRef: database-url", "secretref: database-url", "unknown field `secretref`"),
    ("type: Readiness", "type: Ready", "unknown variant `Ready`"),
    ("activeRevisionsMode: Multiple", "activeRevisionsMode: multiple-revisions", "unknown variant"),
    ("transport: http", "transport: https", "unknown variant `https`"),
    ("type: UserAssigned", "type: User", "unknown variant `User`"),
    ("port: 8081", "port: \"8081\"", "invalid type"),
    ("cpu: 0.5", "cpu: \"0.5\"", "invalid type"),
    ("concurrentRequests: \"100\"", "concurrentRequests: 100", "invalid type"),
    ("value: 5s", "value: 5", "invalid type"),
    // Values that Azure refuses.
    ("failureThreshold: 10", "failureThreshold: 60", "failureThreshold is not 1 to 10"),
    ("failureThreshold: 3", "failureThreshold: 0", "failureThreshold is not 1 to 10"),
    ("periodSeconds: 10", "periodSeconds: 300", "periodSeconds is not 1 to 240"),
    ("timeoutSeconds: 5", "timeoutSeconds: 0", "timeoutSeconds is not 1 to 240"),
    ("timeoutSeconds: 5", "timeoutSeconds: 15", "takes longer than its period"),
    ("failureThreshold: 3", "failureThreshold: 3\n            successThreshold: 2", "successThreshold is not 1"),
    ("memory: 1Gi", "memory: 3Gi", "no pair"),
    ("memory: 1Gi", "memory: 1GiB", "no memory 1GiB"),
    ("memory: 0.5Gi", "memory: 1Gi", "no pair"),
    ("cpu: 0.5", "cpu: 0.3", "no number of processors"),
    ("PeriodSeconds: 35", "PeriodSeconds: 90", "more than 60"),
    ("Microsoft.App/containerApps", "Microsoft.App/containerApp", "another type of resource"),
    ("location: westeurope", "location: West Europe", "no location"),
    ("maxInactiveRevisions: 10", "maxInactiveRevisions: 1000", "more than 100 revisions"),
    ("maxReplicas: 4", "maxReplicas: 1", "no range of replicas"),
    ("name: metrics\n", "name: app\n", "two containers of one name"),
    // What refers to nothing.
    ("secretRef: database-url", "secretRef: database", "no secret database"),
    ("- name: redis-url\n", "- name: redis-uri\n", "no secret redis-url"),
    ("          - name: REDIS_URL\n            secretRef: redis-url\n", "", "nothing reads the secret redis-url"),
    ("secrets/database-url", "secrets/databaseurl", "another name in the vault"),
    ("vault.azure.net", "vault.azure.com", "another name in the vault"),
    ("azurecr.io\n        identity: /sub", "azurecr.io\n        identity: system/sub", "no identity system/sub"),
    ("secrets/redis-url\n        identity: /", "secrets/redis-url\n        identity: system/", "no identity system/"),
    (".azurecr.io", ".azurecr", "no server of a registry"),
    ("managedEnvironments", "environments", "no id of an environment"),
    ("revisionSuffix: version", "revisionSuffix: v1", "does not find the suffix"),
    // Values that mean another thing than they should.
    ("targetPort: 8080", "targetPort: 8081", "another port than the service has"),
    ("allowInsecure: false", "allowInsecure: true", "answers without TLS"),
    ("external: true", "external: false", "no client reaches it"),
    ("transport: http", "transport: http2", "another protocol"),
    (
        "allowInsecure: false",
        "allowInsecure: false\n      traffic:\n        - { latestRevision: true, weight: 90 }",
        "not 100 together",
    ),
    (
        "allowInsecure: false",
        "allowInsecure: false\n      traffic:\n        - { latestRevision: true, weight: 100 }",
        "move the requests",
    ),
    ("activeRevisionsMode: Multiple", "activeRevisionsMode: Single", "before it is asked"),
    ("PeriodSeconds: 35", "PeriodSeconds: 26", "shorter than the shutdown"),
    ("value: 5s", "value: 15s", "shorter than the shutdown"),
    ("port: 8081", "port: 8080", "Startup: asks another port"),
    ("/health/ready", "/health/live", "Readiness: asks another path"),
    ("type: Liveness", "type: Readiness", "not one probe of each kind"),
    ("periodSeconds: 6", "periodSeconds: 1", "less than a minute"),
    ("minReplicas: 2", "minReplicas: 0", "another number of replicas"),
    ("maxReplicas: 4", "maxReplicas: 30", "another number of replicas"),
    ("concurrentRequests: \"100\"", "concurrentRequest: \"100\"", "no rule of requests"),
    ("concurrentRequests: \"100\"", "concurrentRequests: \"1000\"", "no rule of requests"),
    ("name: LOG_FORMAT", "name: LOG_FROMAT", "no setting LOG_FROMAT"),
    ("name: LOG_FORMAT", "name: RUST_LOG", "RUST_LOG twice"),
    ("secretRef: database-url", "value: postgres://app:secret@postgres/app", "DATABASE_URL may hold a secret"),
    ("secretRef: redis-url", "secretRef: redis-url\n            value: redis://redis", "REDIS_URL has not one value"),
    ("value: \"1\"", "value: \"0\"", "not the address that the ingress appends"),
    ("- name: app\n", "- name: service\n", "no container app"),
];

#[test]
fn planted_faults_are_found() {
    let stack = largest();
    let (tree, plan) = (tree(&stack), Plan::new(&stack, NAME));
    let (text, service) = (source(&tree, FILE), service(&plan));
    let plants = PLANTS.iter().map(|&(right, wrong, fault)| (FILE, right, wrong, fault));
    all_are_found(&text.to_owned(), plants, |text, _| Some(text), |text| rules::faults(text, &service));
}
