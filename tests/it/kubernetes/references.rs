//! What is wrong with the objects of an environment and between them.

use super::environment::Environment;
use super::model::{
    Autoscaler, Deployment, Direction, Disruption, Labels, Network, NumberOrName, Object, Of, PodMonitor, PolicyPort,
    Protocol, Route, Service,
};
use super::pods::{self, are_distinct, has_port, syntax_of};
use super::syntax;
use crate::plants::broken;

/// The versions of the APIs, by kind.
const APIS: [(&str, &str); 9] = [
    ("Namespace", "v1"),
    ("ServiceAccount", "v1"),
    ("Deployment", "apps/v1"),
    ("Service", "v1"),
    ("HorizontalPodAutoscaler", "autoscaling/v2"),
    ("PodDisruptionBudget", "policy/v1"),
    ("NetworkPolicy", "networking.k8s.io/v1"),
    ("HTTPRoute", "gateway.networking.k8s.io/v1"),
    ("PodMonitor", "monitoring.coreos.com/v1"),
];

/// The label of a namespace with its name.
const NAMESPACE: &str = "kubernetes.io/metadata.name";

pub(super) fn faults(environment: &Environment, drain_timeout: u32) -> Vec<String> {
    let objects = &environment.objects;
    let deployments: Vec<&Of<Deployment>> = objects
        .iter()
        .filter_map(|object| match object {
            Object::Deployment(deployment) => Some(deployment),
            _ => None,
        })
        .collect();
    let [deployment] = deployments.as_slice() else { return vec!["not one Deployment".to_owned()] };
    let mut faults = broken(&[(syntax::is_label(&environment.namespace), "no name of a namespace")]);
    faults.extend(APIS.iter().filter(|(kind, _)| *kind != "PodMonitor").filter_map(|(kind, _)| {
        let is_there = objects.iter().any(|object| object.head().0 == *kind);
        (!is_there).then(|| format!("no {kind}"))
    }));
    for object in objects {
        let (kind, api, metadata) = object.head();
        let own = broken(&[
            (APIS.contains(&(kind, api)), "another version of the API"),
            (syntax::is_service_name(&metadata.name), "no name of an object"),
            (metadata.namespace.is_none(), "names a namespace itself"),
        ]);
        let labels = syntax_of(metadata.labels.iter().flatten());
        let between = match object {
            Object::Namespace(_) | Object::ServiceAccount(_) => Vec::new(),
            Object::Deployment(deployment) => {
                let account = &deployment.spec.template.spec.service_account_name;
                let is_there = objects
                    .iter()
                    .any(|object| matches!(object, Object::ServiceAccount(found) if found.metadata.name == *account));
                [
                    broken(&[(is_there, "no ServiceAccount of this name")]),
                    pods::faults(deployment, environment, drain_timeout),
                ]
                .concat()
            }
            Object::Service(service) => of_service(&service.spec, deployment),
            Object::HorizontalPodAutoscaler(autoscaler) => of_autoscaler(&autoscaler.spec, deployment),
            Object::PodDisruptionBudget(budget) => of_disruption(&budget.spec, deployment),
            Object::NetworkPolicy(policy) => of_network(&policy.spec, deployment),
            Object::HttpRoute(route) => of_route(&route.spec, objects),
            Object::PodMonitor(monitor) => of_monitor(&monitor.spec, deployment),
        };
        faults.extend([own, labels, between].concat().into_iter().map(|fault| format!("{kind}: {fault}")));
    }
    faults
}

fn selects(selector: &Labels, deployment: &Of<Deployment>) -> bool {
    let labels = &deployment.spec.template.metadata.labels;
    !selector.is_empty() && selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

fn port_exists(port: &NumberOrName, deployment: &Of<Deployment>) -> bool {
    deployment.spec.template.spec.containers.iter().any(|container| has_port(container, port))
}

fn of_service(service: &Service, deployment: &Of<Deployment>) -> Vec<String> {
    let ports = &service.ports;
    let distinct =
        are_distinct(ports.iter().map(|port| port.port)) && are_distinct(ports.iter().map(|port| &port.name));
    let mut faults = broken(&[(selects(&service.selector, deployment), "selects no pod"), (distinct, "a port twice")]);
    for port in ports {
        faults.extend(broken(&[
            (syntax::is_label(&port.name), "no name of a port"),
            ((1..=65535).contains(&port.port), "no number of a port"),
            (port_exists(&port.target_port, deployment), "no targetPort of this name"),
        ]));
    }
    faults
}

fn of_autoscaler(autoscaler: &Autoscaler, deployment: &Of<Deployment>) -> Vec<String> {
    let Autoscaler { scale_target_ref: target, min_replicas, max_replicas, metrics, behavior } = autoscaler;
    let name = deployment.metadata.name.as_str();
    let is_target =
        (target.api_version.as_str(), target.kind.as_str(), target.name.as_str()) == ("apps/v1", "Deployment", name);
    let mut faults = broken(&[
        (is_target, "scales nothing"),
        (*min_replicas >= 1 && min_replicas <= max_replicas, "minReplicas is more than maxReplicas"),
        (!metrics.is_empty(), "no metric"),
        (behavior.scale_down.stabilization_window_seconds <= 3600, "stabilizes for more than an hour"),
    ]);
    for metric in metrics {
        let containers = &deployment.spec.template.spec.containers;
        let is_requested =
            containers.iter().all(|container| container.resources.requests.contains_key(&metric.resource.name));
        faults.extend(broken(&[
            (is_requested, "a share of a resource that is not requested"),
            (metric.resource.target.average_utilization > 0, "averageUtilization is 0"),
        ]));
    }
    faults
}

fn of_disruption(budget: &Disruption, deployment: &Of<Deployment>) -> Vec<String> {
    let Disruption { min_available, max_unavailable, selector, .. } = budget;
    broken(&[
        (min_available.is_some() != max_unavailable.is_some(), "not one of minAvailable and maxUnavailable"),
        (*max_unavailable != Some(NumberOrName::Number(0)), "no node can be drained"),
        (selects(&selector.match_labels, deployment), "selects no pod"),
    ])
}

fn of_network(policy: &Network, deployment: &Of<Deployment>) -> Vec<String> {
    let Network { pod_selector, policy_types, ingress, egress } = policy;
    let answers_names = [Protocol::Udp, Protocol::Tcp].iter().all(|protocol| {
        let is_dns = |port: &PolicyPort| port.protocol == *protocol && port.port == NumberOrName::Number(53);
        egress.iter().any(|rule| rule.to.is_none() && rule.ports.iter().any(is_dns))
    });
    let reachable = ingress.iter().flat_map(|rule| &rule.ports).all(|port| port_exists(&port.port, deployment));
    let peers =
        ingress.iter().flat_map(|rule| &rule.from).chain(egress.iter().flat_map(|rule| rule.to.iter().flatten()));
    let is_sound = peers.into_iter().all(|peer| {
        let block = peer.ip_block.as_ref().is_none_or(|block| syntax::is_cidr(&block.cidr));
        block && peer.ip_block.is_some() != peer.namespace_selector.is_some()
    });
    let is_open = ingress.iter().any(|rule| rule.from.is_empty() || rule.ports.is_empty());
    broken(&[
        (selects(&pod_selector.match_labels, deployment), "selects no pod"),
        (policy_types == &[Direction::Ingress, Direction::Egress], "not both directions"),
        (answers_names, "names cannot be resolved"),
        (reachable, "no port of this name"),
        (is_sound, "a wrong address"),
        (!is_open, "open to everyone"),
    ])
}

fn of_route(route: &Route, objects: &[Object]) -> Vec<String> {
    let mut faults = broken(&[
        (!route.hostnames.is_empty() && route.hostnames.iter().all(|host| syntax::is_host(host)), "a wrong host name"),
        (!route.parent_refs.is_empty(), "no gateway"),
        (!route.rules.is_empty(), "no rule"),
    ]);
    for backend in route.rules.iter().flat_map(|rule| &rule.backend_refs) {
        let is_there = objects.iter().any(|object| {
            let Object::Service(service) = object else { return false };
            service.metadata.name == backend.name && service.spec.ports.iter().any(|port| port.port == backend.port)
        });
        faults.extend(broken(&[(is_there, "no Service with this name and port")]));
    }
    let durations = route.rules.iter().all(|rule| syntax::is_duration(&rule.timeouts.request));
    faults.extend(broken(&[(durations, "no duration")]));
    for parent in &route.parent_refs {
        let admits = objects.iter().any(|object| {
            let Object::NetworkPolicy(policy) = object else { return false };
            let peers = policy.spec.ingress.iter().flat_map(|rule| &rule.from);
            let mut selectors = peers.filter_map(|peer| peer.namespace_selector.as_ref());
            selectors.any(|selector| selector.match_labels.get(NAMESPACE) == Some(&parent.namespace))
        });
        faults.extend(broken(&[(admits, "the gateway's namespace is not admitted")]));
    }
    faults
}

fn of_monitor(monitor: &PodMonitor, deployment: &Of<Deployment>) -> Vec<String> {
    let mut faults = broken(&[(selects(&monitor.selector.match_labels, deployment), "selects no pod")]);
    for endpoint in &monitor.pod_metrics_endpoints {
        let port = NumberOrName::Name(endpoint.port.clone());
        faults.extend(broken(&[
            (port_exists(&port, deployment), "no port of this name"),
            (endpoint.path == "/metrics", "another path than that of the metrics"),
            (syntax::is_duration(&endpoint.interval), "no duration"),
        ]));
    }
    faults
}
