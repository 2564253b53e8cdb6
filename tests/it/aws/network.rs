//! The load balancer and the security groups: what clients and health checks reach.

use super::template::Node;
use crate::plants::broken;

/// The attributes of a load balancer that a stack may set.
const BALANCER: [&str; 6] = [
    "idle_timeout.timeout_seconds",
    "routing.http.drop_invalid_header_fields.enabled",
    "routing.http.xff_header_processing.mode",
    "access_logs.s3.enabled",
    "access_logs.s3.bucket",
    "deletion_protection.enabled",
];

const TARGETS: [&str; 2] = ["deregistration_delay.timeout_seconds", "load_balancing.algorithm.type"];

/// Seconds of `REQUEST_TIMEOUT` and of `HEADER_TIMEOUT`.
pub(super) struct Times {
    pub(super) request: f64,
    pub(super) header: f64,
}

pub(super) fn faults(template: &Node, times: &Times) -> Vec<String> {
    [
        of_balancer(template, times),
        of_targets(template, times),
        of_listeners(template),
        of_groups(template),
        of_replicas(template),
    ]
    .concat()
}

fn unknown(attributes: &Node, known: &[&str]) -> Vec<String> {
    let keys: Vec<&str> = attributes.items().iter().map(|attribute| attribute["Key"].text()).collect();
    let unknown = keys.iter().filter(|key| !known.contains(key)).map(|key| format!("unknown attribute {key}"));
    let missing = known.iter().filter(|key| !keys.contains(key)).map(|key| format!("no attribute {key}"));
    unknown.chain(missing).collect()
}

fn of_balancer(template: &Node, times: &Times) -> Vec<String> {
    let attributes = &template.only("AWS::ElasticLoadBalancingV2::LoadBalancer")["LoadBalancerAttributes"];
    let idle = attributes.named("idle_timeout.timeout_seconds").number().unwrap_or_default();
    let bucket = attributes.named("access_logs.s3.bucket");
    let is_true = |key: &str| attributes.named(key).text() == "true";
    let mut faults = unknown(attributes, &BALANCER);
    faults.extend(broken(&[
        (idle > times.request && idle < times.header, "an idle time-out at which clients get 502 or 504"),
        (is_true("routing.http.drop_invalid_header_fields.enabled"), "invalid header fields are passed on"),
        (
            attributes.named("routing.http.xff_header_processing.mode").text() == "append",
            "X-Forwarded-For is not appended to",
        ),
        (is_true("access_logs.s3.enabled"), "no access log"),
        (template.resources("AWS::S3::Bucket").any(|(name, _)| bucket.is_ref(name)), "no bucket for the access log"),
        (attributes.named("deletion_protection.enabled").is_ref("DeletionProtection"), "no protection from deletion"),
    ]));
    faults
}

fn of_targets(template: &Node, times: &Times) -> Vec<String> {
    let group = template.only("AWS::ElasticLoadBalancingV2::TargetGroup");
    let attributes = &group["TargetGroupAttributes"];
    let number = |name: &str| group[name].number().unwrap_or_default();
    let delay = attributes.named("deregistration_delay.timeout_seconds").number().unwrap_or_default();
    let by_load = ["round_robin", "least_outstanding_requests", "weighted_random"];
    let network = template.only("AWS::ECS::TaskDefinition")["NetworkMode"].text();
    let mut faults = unknown(attributes, &TARGETS);
    faults.extend(broken(&[
        ((group["TargetType"].text() == "ip") == (network == "awsvpc"), "another type of target than the network has"),
        (group["Port"].number() == Some(8080.0), "another port than that of the service"),
        (
            group["HealthCheckPort"].text() == "8081" && group["HealthCheckPath"].text() == "/health/ready",
            "asks for another health",
        ),
        (
            number("HealthCheckTimeoutSeconds") < number("HealthCheckIntervalSeconds"),
            "the health check takes longer than its interval",
        ),
        ((5.0..=300.0).contains(&number("HealthCheckIntervalSeconds")), "an interval that the load balancer refuses"),
        ((2.0..=120.0).contains(&number("HealthCheckTimeoutSeconds")), "a time-out that the load balancer refuses"),
        ((2.0..=10.0).contains(&number("HealthyThresholdCount")), "a threshold that the load balancer refuses"),
        ((2.0..=10.0).contains(&number("UnhealthyThresholdCount")), "a threshold that the load balancer refuses"),
        (delay > times.request && delay < 60.0, "requests are cut, or a deployment waits for nothing"),
        (by_load.contains(&attributes.named("load_balancing.algorithm.type").text()), "unknown algorithm"),
        (group["Matcher"]["HttpCode"].text() == "200", "another status than ready"),
    ]));
    faults
}

fn of_listeners(template: &Node) -> Vec<String> {
    let listener = |port: f64| {
        let mut listeners = template.resources("AWS::ElasticLoadBalancingV2::Listener").map(|(_, listener)| listener);
        listeners.find(|listener| listener["Port"].number() == Some(port))
    };
    let (Some(https), Some(http)) = (listener(443.0), listener(80.0)) else {
        return vec!["not both listeners".to_owned()];
    };
    let action = |listener: &Node| listener["DefaultActions"].items().first().cloned().unwrap_or(Node::Bool(false));
    let (forward, redirect) = (action(https), action(http));
    let groups = template.resources("AWS::ElasticLoadBalancingV2::TargetGroup");
    let balancers: Vec<&str> =
        template.resources("AWS::ElasticLoadBalancingV2::LoadBalancer").map(|(name, _)| name).collect();
    let is_of_balancer = |listener: &Node| balancers.iter().any(|name| listener["LoadBalancerArn"].is_ref(name));
    broken(&[
        (is_of_balancer(https) && is_of_balancer(http), "a listener of no load balancer"),
        (https["Protocol"].text() == "HTTPS" && https["SslPolicy"].text().contains("TLS13"), "no TLS 1.3"),
        (https["Certificates"].items().iter().any(|one| one["CertificateArn"].is_ref("Certificate")), "no certificate"),
        (forward["Type"].text() == "forward", "forwards nothing"),
        (
            groups.map(|(name, _)| name).any(|name| forward["TargetGroupArn"].is_ref(name)),
            "forwards to no target group",
        ),
        (http["Protocol"].text() == "HTTP" && redirect["Type"].text() == "redirect", "port 80 is not redirected"),
        (redirect["RedirectConfig"]["Port"].text() == "443", "port 80 is redirected to another port"),
    ])
}

/// Whether a rule is about this port.
fn covers(rule: &Node, port: f64) -> bool {
    let (from, to) = (rule["FromPort"].number().unwrap_or(f64::INFINITY), rule["ToPort"].number().unwrap_or_default());
    from <= port && port <= to
}

fn of_groups(template: &Node) -> Vec<String> {
    let group = |name: &str| &template["Resources"][name]["Properties"];
    let rules = || template.resources("AWS::EC2::SecurityGroupIngress").map(|(_, rule)| rule);
    let out = |name: &str| group(name)["SecurityGroupEgress"].items();
    let goes = |port: f64| {
        let to_service =
            |rule: &Node| covers(rule, port) && rule["DestinationSecurityGroupId"].is_ref("ServiceSecurityGroup");
        let from_balancer = |rule: &Node| {
            covers(rule, port)
                && rule["GroupId"].is_ref("ServiceSecurityGroup")
                && rule["SourceSecurityGroupId"].is_ref("LoadBalancerSecurityGroup")
        };
        out("LoadBalancerSecurityGroup").iter().any(to_service) && rules().any(from_balancer)
    };
    let servers: Vec<&Node> =
        rules().filter(|rule| rule["SourceSecurityGroupId"].is_ref("ServiceSecurityGroup")).collect();
    let is_let_out = |rule: &Node| {
        let port = rule["FromPort"].number().unwrap_or_default();
        let same = |one: &Node| covers(one, port) && one["DestinationSecurityGroupId"] == rule["GroupId"];
        out("ServiceSecurityGroup").iter().any(same)
    };
    let is_open =
        |rule: &Node| rule["CidrIp"].text() == "0.0.0.0/0" && [443.0, 80.0].iter().any(|&port| covers(rule, port));
    let count = |name: &str| {
        out(name).iter().filter(|rule| rule["DestinationSecurityGroupId"] != Node::List(Vec::new())).count()
    };
    broken(&[
        (goes(8080.0), "requests do not reach the replicas"),
        (goes(8081.0), "health checks do not reach the replicas"),
        (
            group("LoadBalancerSecurityGroup")["SecurityGroupIngress"]
                .items()
                .iter()
                .filter(|rule| is_open(rule))
                .count()
                == 2,
            "clients do not reach both listeners",
        ),
        (
            group("ServiceSecurityGroup")["SecurityGroupIngress"].items().is_empty(),
            "others than the load balancer reach the replicas",
        ),
        (
            out("ServiceSecurityGroup").iter().any(|rule| covers(rule, 443.0) && rule["CidrIp"].text() == "0.0.0.0/0"),
            "ECS cannot pull the image",
        ),
        (
            servers.iter().all(|rule| is_let_out(rule)) && servers.len() == count("ServiceSecurityGroup"),
            "a server that replicas do not reach",
        ),
    ])
}

fn of_replicas(template: &Node) -> Vec<String> {
    let network = &template.only("AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"];
    let ordered = template.resources("AWS::EC2::SecurityGroup").flat_map(|(_, group)| {
        [&group["SecurityGroupIngress"], &group["SecurityGroupEgress"]].into_iter().flat_map(Node::items)
    });
    broken(&[
        (
            network["SecurityGroups"].items().iter().any(|name| name.is_ref("ServiceSecurityGroup")),
            "the replicas have another security group",
        ),
        (network["Subnets"].is_ref("PrivateSubnets"), "the replicas are in public subnets"),
        (
            ordered.into_iter().all(|rule| rule["FromPort"].number() <= rule["ToPort"].number()),
            "ports in the wrong order",
        ),
    ])
}

/// What is wrong with the addresses in the file of an environment, also in its comments: replicas reach each of them.
pub(super) fn of_addresses(template: &Node, file: &str) -> Vec<String> {
    let out = template["Resources"]["ServiceSecurityGroup"]["Properties"]["SecurityGroupEgress"].items();
    let mut faults = Vec::new();
    for (scheme, port) in [("http://", 80.0), ("https://", 443.0)] {
        for rest in file.split(scheme).skip(1) {
            let authority = rest.split(|letter: char| !letter.is_alphanumeric() && !".:-".contains(letter)).next();
            let authority = authority.unwrap_or_default();
            let (host, port) = match authority.rsplit_once(':') {
                Some((host, written)) => (host, written.parse().unwrap_or_default()),
                None => (authority, port),
            };
            if ["127.0.0.1", "localhost"].contains(&host) {
                faults.push(format!("nothing listens beside a replica at {scheme}{authority}"));
            }
            if !out.iter().any(|rule| covers(rule, port) && rule["CidrIp"].text() == "0.0.0.0/0") {
                faults.push(format!("replicas do not reach {scheme}{authority}"));
            }
        }
    }
    faults
}
