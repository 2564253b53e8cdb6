//! Planted faults: each is found.

use camino::Utf8Path;
use restwell::choice::{Deploy, Monitoring};

use super::{drain_timeout, faults, files};
use crate::plants::all_are_found;
use crate::projects::{Project, all};

/// The file below `deploy/`, the right text, the wrong text, and what is said.
const PLANTS: &[(&str, &str, &str, &str)] = &[
    // What an API server refuses.
    ("base/autoscaler.yaml", "minReplicas: 2", "minReplicas: 12", "minReplicas is more than maxReplicas"),
    ("base/deployment.yaml", "containerPort: 8080\n", "containerPort: 80800\n", "no port 80800"),
    ("base/deployment.yaml", "      port: admin", "      port: admn", "startup probe: no port of this name"),
    (
        "base/deployment.yaml",
        "matchLabels:\n      app.kubernetes.io/name: ",
        "matchLabels:\n      app.kubernetes.io/name: x-",
        "the selector does not select the template",
    ),
    ("base/deployment.yaml", "- name: admin", "- name: administration-port", "no name of a port"),
    ("base/deployment.yaml", "memory: 256Mi", "memory: 256MB", "no quantity memory: 256MB"),
    ("base/deployment.yaml", "memory: 256Mi", "memory: 32Mi", "requests more than its limit"),
    ("base/deployment.yaml", "- name: DRAIN_DELAY", "- name: DRAIN DELAY", "no variable DRAIN DELAY"),
    ("base/deployment.yaml", "mountPath: /tmp", "mountPath: tmp", "a wrong path of a mount"),
    (
        "base/deployment.yaml",
        "- name: tmp\n              mountPath",
        "- name: tmpp\n              mountPath",
        "no volume tmpp",
    ),
    ("base/deployment.yaml", "maxSurge: 1", "maxSurge: 0", "both 0"),
    (
        "base/deployment.yaml",
        "    spec:\n",
        "    spec:\n      restartPolicy: OnFailure\n",
        "unknown variant `OnFailure`",
    ),
    ("base/deployment.yaml", "minReadySeconds: 5", "minReadySeconds: 300", "progressDeadlineSeconds is not more"),
    ("base/deployment.yaml", "name: north-pier9\nspec", "name: North-pier9\nspec", "no name of an object"),
    (
        "base/disruption.yaml",
        "  maxUnavailable: 1\n",
        "  maxUnavailable: 1\n  minAvailable: 1\n",
        "not one of minAvailable",
    ),
    ("base/disruption.yaml", "AlwaysAllow", "Always", "unknown variant `Always`"),
    ("base/deployment.yaml", "ScheduleAnyway", "Schedule", "unknown variant `Schedule`"),
    ("base/deployment.yaml", "type: RuntimeDefault", "type: Default", "unknown variant `Default`"),
    (
        "base/deployment.yaml",
        "failureThreshold: 3",
        "failureThreshold: 3\n            successThreshold: 2",
        "successThreshold is not 1",
    ),
    ("base/deployment.yaml", "failureThreshold: 60", "failureThreshold: 0", "a number is 0"),
    (
        "base/service.yaml",
        "targetPort: http\n",
        "targetPort: http\n    - name: web\n      port: 80\n      targetPort: http\n",
        "a port twice",
    ),
    (
        "base/network.yaml",
        "    - ports:\n        - protocol: UDP",
        "    - to: [{ ipBlock: { cidr: 10.0.0.0/33 } }]\n      ports:\n        - protocol: UDP",
        "a wrong address",
    ),
    ("base/deployment.yaml", "readinessProbe:", "readynessProbe:", "unknown field `readynessProbe`"),
    ("base/deployment.yaml", "periodSeconds: 10", "periodSeconds: \"10\"", "invalid type"),
    ("base/autoscaler.yaml", "apiVersion: autoscaling/v2", "apiVersion: autoscaling/v1", "another version of the API"),
    ("base/namespace.yaml", "enforce: restricted", "enforce: -restricted", "no label"),
    ("base/deployment.yaml", "maxSkew: 1", "maxSkew: 0", "maxSkew is 0"),
    ("base/deployment.yaml", "sizeLimit: 16Mi", "sizeLimit: 16 MiB", "no quantity sizeLimit"),
    ("base/route.yaml", "request: 15s", "request: 15", "invalid type"),
    ("base/route.yaml", "request: 15s", "request: 15 s", "no duration"),
    ("production/route.yaml", "- api.example.com", "- api_1.example.com", "a wrong host name"),
    // What refers to nothing, or means another thing than it should.
    ("base/service.yaml", "io/name: north-pier9\n", "io/name: pier\n", "Service: selects no pod"),
    ("base/service.yaml", "targetPort: http", "targetPort: web", "no targetPort of this name"),
    (
        "base/autoscaler.yaml",
        "    kind: Deployment\n    name: north-pier9",
        "    kind: Deployment\n    name: pier",
        "scales nothing",
    ),
    ("base/disruption.yaml", "io/name: north-pier9\n", "io/name: pier\n", "PodDisruptionBudget: selects no pod"),
    ("base/disruption.yaml", "maxUnavailable: 1", "maxUnavailable: 0", "no node can be drained"),
    ("base/network.yaml", "io/name: north-pier9\n", "io/name: pier\n", "NetworkPolicy: selects no pod"),
    ("base/network.yaml", "protocol: UDP", "protocol: TCP", "names cannot be resolved"),
    ("base/network.yaml", "port: admin", "port: metrics", "NetworkPolicy: no port of this name"),
    (
        "base/network.yaml",
        "metadata.name: gateway",
        "metadata.name: ingress",
        "the gateway's namespace is not admitted",
    ),
    ("base/route.yaml", "port: 80", "port: 8080", "no Service with this name and port"),
    (
        "base/deployment.yaml",
        "serviceAccountName: north-pier9",
        "serviceAccountName: pier",
        "no ServiceAccount of this name",
    ),
    ("base/deployment.yaml", "name: north-pier9-settings", "name: pier-settings", "no ConfigMap pier-settings"),
    ("base/deployment.yaml", "value: /run/secrets/database_url", "value: /run/secrets/url", "the Secret has"),
    ("base/deployment.yaml", "drop: [ALL]", "drop: []", "has capabilities"),
    ("base/deployment.yaml", "runAsUser: 65532", "runAsUser: 0", "runs as root"),
    ("base/deployment.yaml", "  revisionHistoryLimit", "  replicas: 2\n  revisionHistoryLimit", "replicas undoes"),
    ("base/deployment.yaml", "Seconds: 45", "Seconds: 35", "shorter than the shutdown"),
    ("base/kustomization.yaml", "  - network.yaml\n", "", "does not name network.yaml"),
    ("base/kustomization.yaml", "labels:", "commonLabels:", "unknown field `commonLabels`"),
    ("staging/kustomization.yaml", "behavior: merge\n", "behavior: replace\n", "unknown variant `replace`"),
    ("staging/autoscaler.yaml", "name: north-pier9", "name: pier", "patches no object"),
    ("production/pod-monitor.yaml", "port: admin", "port: metrics", "PodMonitor: no port of this name"),
    // Rights that a pipeline does not need, or lacks.
    ("account.yaml", "kind: Role\n", "kind: ClusterRole\n", "unknown variant `ClusterRole`"),
    ("account.yaml", "resources: [deployments]", "resources: [\"*\"]", "a wildcard"),
    ("account.yaml", "verbs: [list]", "verbs: [\"*\"]", "a wildcard"),
    ("account.yaml", "resources: [configmaps,", "resources: [secrets, configmaps,", "may read Secrets"),
    ("account.yaml", "verbs: [get]", "verbs: [get, delete]", "namespaces: may"),
    ("account.yaml", "resources: [replicasets]", "resources: [pods]", "replicasets: may None"),
    ("account.yaml", "patch, list, watch", "patch, list", "deployments: may"),
    ("account.yaml", "podmonitors, prometheusrules", "podmonitors", "prometheusrules: may None"),
    ("account.yaml", "automountServiceAccountToken: false\n", "", "pods get its token"),
    ("account.yaml", "  namespace: north-pier9\n", "  namespace: north-pier9-staging\n", "not in the namespace"),
    ("account.yaml", "    namespace: north-pier9\n", "    namespace: default\n", "binds another account"),
    ("account.yaml", "  kind: Role\n  name: north-pier9-deploy", "  kind: Role\n  name: edit", "binds another role"),
    ("account.yaml", "io/v1\nkind: RoleBinding", "io/v1beta1\nkind: RoleBinding", "another version of the API"),
    ("base/settings.env", "LOG_FORMAT=json", "LOG_FORMAT=json\nLOG_FORMAT=pretty", "LOG_FORMAT twice"),
];

#[test]
fn planted_faults_are_found() {
    let project = largest();
    all_are_found(
        &files(project),
        PLANTS.iter().copied(),
        |files, path| files.get_mut(Utf8Path::new("deploy").join(path).as_path()),
        |files| faults(files, drain_timeout(project)),
    );
}

/// The project with the most manifests and secrets.
fn largest() -> &'static Project {
    let is_watched = |project: &&Project| {
        project.stack.deploy == Deploy::Kubernetes && project.stack.monitoring == Monitoring::Prometheus
    };
    let length = |project: &&Project| files(project).values().map(String::len).sum::<usize>();
    all().iter().filter(is_watched).max_by_key(length).expect("there is one")
}
