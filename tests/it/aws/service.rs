//! The task and its service: what ECS refuses, or accepts although it cannot work.

use super::template::Node;
use crate::plants::broken;

/// The pairs of Fargate: units of processor, the least and the most memory, and its steps, in MiB.
const PAIRS: [(u32, u32, u32, u32); 5] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
];

/// The days that CloudWatch accepts, of those that make sense for a log.
const DAYS: [f64; 8] = [7.0, 14.0, 30.0, 60.0, 90.0, 180.0, 365.0, 400.0];

/// Seconds for the exit itself.
const EXIT: f64 = 2.0;

pub(super) fn faults(template: &Node, drain_timeout: u32) -> Vec<String> {
    let task = template.only("AWS::ECS::TaskDefinition");
    let containers = task["ContainerDefinitions"].items();
    let named = |name: &str| containers.iter().find(|container| container["Name"].text() == name);
    let Some(app) = named("app") else { return vec!["no container app".to_owned()] };
    let memory = task["Memory"].number().unwrap_or_default();
    let sum: f64 = containers.iter().filter_map(|container| container["Memory"].number()).sum();
    let mut faults = broken(&[
        (is_pair(task), "no pair of processor and memory of Fargate"),
        (sum <= memory, "the containers have more memory than the task"),
        (task["RequiresCompatibilities"].items() == [Node::Text("FARGATE".to_owned())], "not on Fargate"),
        (
            task["ExecutionRoleArn"] == Node::GetAtt("ExecutionRole".to_owned(), "Arn".to_owned()),
            "another execution role",
        ),
        (task["TaskRoleArn"] == Node::GetAtt("TaskRole".to_owned(), "Arn".to_owned()), "another role of the task"),
        (task["ExecutionRoleArn"] != task["TaskRoleArn"], "one role for two purposes"),
    ]);
    faults.extend(containers.iter().flat_map(|container| of_container(container, template)));
    faults.extend(of_app(app, drain_timeout));
    let service = template.only("AWS::ECS::Service");
    for balancer in service["LoadBalancers"].items() {
        let container = named(balancer["ContainerName"].text());
        let port = balancer["ContainerPort"].number();
        faults.extend(broken(&[
            (container.is_some(), "the load balancer names no container"),
            (
                container.is_none_or(|container| has_port(container, port)),
                "the load balancer names no port of the container",
            ),
        ]));
    }
    faults.extend(of_service(service, template));
    faults.extend(of_scaling(template));
    faults
}

fn is_pair(task: &Node) -> bool {
    let (Some(cpu), Some(memory)) = (task["Cpu"].number(), task["Memory"].number()) else { return false };
    PAIRS.iter().any(|&(units, least, most, step)| {
        f64::from(units) == cpu
            && (f64::from(least)..=f64::from(most)).contains(&memory)
            && memory % f64::from(step) == 0.0
    })
}

fn has_port(container: &Node, port: Option<f64>) -> bool {
    container["PortMappings"].items().iter().any(|mapping| port.is_some() && mapping["ContainerPort"].number() == port)
}

fn of_container(container: &Node, template: &Node) -> Vec<String> {
    let name = container["Name"].text();
    // That of Datadog writes its configuration at start, for programs that run as another user.
    let is_agent = name == "agent";
    let options = &container["LogConfiguration"]["Options"];
    let drops_all = container["LinuxParameters"]["Capabilities"]["Drop"].items() == [Node::Text("ALL".to_owned())];
    let groups = template.resources("AWS::Logs::LogGroup");
    let (mut days, mut is_group) = (true, false);
    for (group, properties) in groups {
        days &= properties["RetentionInDays"].number().is_some_and(|number| DAYS.contains(&number));
        is_group |= options["awslogs-group"].is_ref(group);
    }
    let image = &container["Image"];
    let is_exact = image.is_ref("Image")
        || image.text().rsplit_once(':').is_some_and(|(_, tag)| tag != "latest" && !tag.contains('/'));
    let environment: Vec<&str> =
        container["Environment"].items().iter().map(|setting| setting["Name"].text()).collect();
    let secrets: Vec<&str> = container["Secrets"].items().iter().map(|setting| setting["Name"].text()).collect();
    let mut all = [environment, secrets].concat();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    let faults = broken(&[
        (drops_all || is_agent, "has capabilities"),
        (container["ReadonlyRootFilesystem"].is_true() || is_agent, "can write to its file system"),
        (is_exact, "an image without a version"),
        (is_group, "logs to no group"),
        (days, "no number of days of CloudWatch"),
        (options["awslogs-region"].is_ref("AWS::Region"), "logs to another region"),
        (all.len() == count, "a setting twice"),
        (container["Essential"].is_true() == (name == "app"), "the wrong container is essential"),
    ]);
    faults.into_iter().map(|fault| format!("{name}: {fault}")).collect()
}

fn of_app(app: &Node, drain_timeout: u32) -> Vec<String> {
    let check = &app["HealthCheck"];
    let number = |name: &str| check[name].number().unwrap_or_default();
    let stop = app["StopTimeout"].number().unwrap_or_default();
    let delay = app["Environment"].named("DRAIN_DELAY").text().trim_end_matches('s').parse().unwrap_or(f64::INFINITY);
    let command: Vec<&str> = check["Command"].items().iter().map(Node::text).collect();
    let [user, group] = app["User"].text().split(':').map(|id| id.parse().unwrap_or(0)).collect::<Vec<u32>>()[..]
    else {
        return vec!["no number of a user and a group".to_owned()];
    };
    broken(&[
        (app["Image"].is_ref("Image"), "another image than the parameter"),
        (user > 0 && group > 0, "runs as root"),
        (has_port(app, Some(8080.0)) && has_port(app, Some(8081.0)), "a port of the service is missing"),
        (
            matches!(command[..], ["CMD", path, "healthcheck"] if path.starts_with("/usr/local/bin/")),
            "another health check",
        ),
        (number("Timeout") < number("Interval"), "the health check takes longer than its interval"),
        (
            (5.0..=300.0).contains(&number("Interval")) && (2.0..=60.0).contains(&number("Timeout")),
            "an interval that ECS refuses",
        ),
        ((1.0..=10.0).contains(&number("Retries")) && number("StartPeriod") <= 300.0, "retries that ECS refuses"),
        (stop <= 120.0, "StopTimeout is more than ECS allows"),
        (stop >= delay + f64::from(drain_timeout) + EXIT, "StopTimeout is shorter than the shutdown"),
    ])
}

/// What is wrong with how long a replica may take to become ready; that of its image is `image`, in seconds.
pub(super) fn of_start(template: &Node, image: f64) -> Vec<String> {
    let app = &template.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"].items()[0];
    let start = app["HealthCheck"]["StartPeriod"].number().unwrap_or_default();
    let grace = template.only("AWS::ECS::Service")["HealthCheckGracePeriodSeconds"].number().unwrap_or_default();
    broken(&[
        (start >= image, "StartPeriod is shorter than that of the image"),
        (grace >= start, "the load balancer's check counts before StartPeriod ends"),
    ])
}

fn of_service(service: &Node, template: &Node) -> Vec<String> {
    let deployment = &service["DeploymentConfiguration"];
    let breaker = &deployment["DeploymentCircuitBreaker"];
    let alarms = &deployment["Alarms"];
    let is_alarm = |node: &Node| template.resources("AWS::CloudWatch::Alarm").any(|(name, _)| node.is_ref(name));
    let known = |node: &Node, kind: &str| template.resources(kind).any(|(name, _)| node.is_ref(name));
    let rolls_back = |node: &Node| node["Enable"].is_true() && node["Rollback"].is_true();
    let depends = template["Resources"]["Service"]["DependsOn"].text();
    let balancers = service["LoadBalancers"].items();
    broken(&[
        (service["DesiredCount"] == Node::List(Vec::new()), "DesiredCount undoes the autoscaler"),
        (deployment["MinimumHealthyPercent"].number() == Some(100.0), "stops replicas before there are new ones"),
        (deployment["MaximumPercent"].number() == Some(200.0), "no room for new replicas"),
        (rolls_back(breaker), "the circuit breaker does not roll back"),
        (rolls_back(alarms) && !alarms["AlarmNames"].items().is_empty(), "no alarm rolls back"),
        (alarms["AlarmNames"].items().iter().all(is_alarm), "no alarm of this name"),
        (known(&service["Cluster"], "AWS::ECS::Cluster"), "no cluster of this name"),
        (known(&service["TaskDefinition"], "AWS::ECS::TaskDefinition"), "no task of this name"),
        (balancers.len() == 1, "not one load balancer"),
        (
            balancers.iter().all(|one| known(&one["TargetGroupArn"], "AWS::ElasticLoadBalancingV2::TargetGroup")),
            "no target group of this name",
        ),
        (template["Resources"][depends]["Properties"]["Protocol"].text() == "HTTPS", "does not wait for the listener"),
        (service["ServiceName"].is_ref("AWS::StackName"), "another name than the scripts ask for"),
        (
            template.only("AWS::ECS::Cluster")["ClusterName"].is_ref("AWS::StackName"),
            "another cluster than the scripts ask for",
        ),
    ])
}

fn of_scaling(template: &Node) -> Vec<String> {
    let target = template.only("AWS::ApplicationAutoScaling::ScalableTarget");
    let policies: Vec<&Node> =
        template.resources("AWS::ApplicationAutoScaling::ScalingPolicy").map(|(_, policy)| policy).collect();
    let metric = |policy: &Node| {
        let metric = &policy["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"];
        (metric["PredefinedMetricType"].text().to_owned(), metric["ResourceLabel"].clone())
    };
    let label = Node::Sub("${LoadBalancer.LoadBalancerFullName}/${TargetGroup.TargetGroupFullName}".to_owned());
    let metrics: Vec<_> = policies.iter().map(|policy| metric(policy)).collect();
    let scales = policies.iter().all(|policy| matches!(&policy["ScalingTargetId"], Node::Ref(name) if template["Resources"][name.as_str()]["Properties"] == *target));
    broken(&[
        (target["ResourceId"] == Node::Sub("service/${Cluster}/${Service.Name}".to_owned()), "scales another service"),
        (
            target["MinCapacity"].is_ref("LeastReplicas") && target["MaxCapacity"].is_ref("MostReplicas"),
            "other numbers of replicas than the parameters",
        ),
        (scales, "a policy scales nothing"),
        (
            metrics.iter().any(|(name, of)| name == "ALBRequestCountPerTarget" && *of == label),
            "does not scale by requests",
        ),
        (
            metrics.iter().any(|(name, of)| {
                name == "ECSServiceAverageCPUUtilization" && of.items().is_empty() && of.text().is_empty()
            }),
            "does not scale by processor",
        ),
    ])
}
