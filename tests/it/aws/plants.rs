//! Planted faults: each is found.

use restwell::choice::{Cache, Deploy, Monitoring, Value};
use restwell::tree::Tree;

use super::{faults, files};
use crate::plants::all_are_found;
use crate::projects::{self, WITH_SERVERS, source, stack};

/// The file in `deploy/`, the right text, the wrong text, and what is said.
const PLANTS: &[(&str, &str, &str, &str)] = &[
    // What a program for templates misses.
    ("stack.yaml", "StopTimeout: 35", "StopTimeout: 600", "StopTimeout is more than ECS allows"),
    ("stack.yaml", "StopTimeout: 35", "StopTimeout: 20", "StopTimeout is shorter than the shutdown"),
    ("stack.yaml", "- ContainerName: app", "- ContainerName: web", "the load balancer names no container"),
    (
        "stack.yaml",
        "ContainerPort: 8080\n          TargetGroupArn",
        "ContainerPort: 80\n          TargetGroupArn",
        "names no port",
    ),
    ("stack.yaml", "HealthCheckTimeoutSeconds: 2", "HealthCheckTimeoutSeconds: 6", "takes longer than its interval"),
    ("stack.yaml", "            Timeout: 3", "            Timeout: 30", "takes longer than its interval"),
    (
        "stack.yaml",
        "deregistration_delay.timeout_seconds",
        "deregistration_delay.timeout",
        "unknown attribute deregistration_delay.timeout",
    ),
    ("stack.yaml", "idle_timeout.timeout_seconds", "idle_timeout.seconds", "unknown attribute idle_timeout.seconds"),
    ("stack.yaml", "TargetType: ip", "TargetType: instance", "another type of target than the network has"),
    // What it finds, too.
    ("stack.yaml", "Memory: '1024'", "Memory: '1000'", "no pair of processor and memory"),
    ("stack.yaml", "NetworkMode: awsvpc", "NetworkMode: bridge", "NetworkMode"),
    ("stack.yaml", "RetentionInDays: 30", "RetentionInDays: 31", "no number of days"),
    ("stack.yaml", "ReadonlyRootFilesystem: true", "ReadOnlyRootFilesystem: true", "unknown property"),
    ("stack.yaml", "!Ref TargetGroup\n      EnableECS", "!Ref Targets\n      EnableECS", "refers to Targets"),
    ("stack.yaml", "!GetAtt LogGroup.Arn", "!GetAtt LogGroup.Id", "refers to LogGroup Id"),
    ("stack.yaml", "HealthCheckPort: '8081'", "HealthCheckPort: '8080'", "asks for another health"),
    ("stack.yaml", "/health/ready", "/health/live", "asks for another health"),
    ("stack.yaml", "timeout_seconds, Value: '60'", "timeout_seconds, Value: '90'", "an idle time-out"),
    ("stack.yaml", "timeout_seconds, Value: '15'", "timeout_seconds, Value: '300'", "a deployment waits for nothing"),
    ("stack.yaml", "Value: least_outstanding_requests", "Value: least_requests", "unknown algorithm"),
    ("stack.yaml", "mode, Value: append", "mode, Value: preserve", "X-Forwarded-For is not appended to"),
    ("stack.yaml", "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08", "SslPolicy"),
    ("stack.yaml", "            Port: '443'", "            Port: '8443'", "redirected to another port"),
    ("stack.yaml", "        - Type: redirect", "        - Type: forward", "port 80 is not redirected"),
    ("stack.yaml", "      Port: 443\n", "      Port: 8443\n", "not both listeners"),
    // The container.
    ("stack.yaml", "Drop: [ALL]", "Drop: [NET_RAW]", "Capabilities.Drop"),
    ("stack.yaml", "User: '65532:65532'", "User: '0:0'", "runs as root"),
    ("stack.yaml", "ReadonlyRootFilesystem: true", "ReadonlyRootFilesystem: false", "can write to its file system"),
    ("stack.yaml", "Image: !Ref Image", "Image: registry.example/pier:latest", "an image without a version"),
    ("stack.yaml", "collector:v0.49.0", "collector", "an image without a version"),
    ("stack.yaml", "mode: non-blocking", "mode: blocking", "LogConfiguration.Options.mode"),
    ("stack.yaml", "awslogs-group:", "awslogs-groups:", "unknown property"),
    ("stack.yaml", "          Memory: 512\n", "          Memory: 900\n", "more memory than the task"),
    ("stack.yaml", "            - ContainerPort: 8081\n", "", "a port of the service is missing"),
    ("stack.yaml", "north-pier9, healthcheck]", "north-pier9]", "another health check"),
    ("stack.yaml", "Interval: 5\n", "Interval: 4\n", "an interval that ECS refuses"),
    ("stack.yaml", "{ Name: LOG_FORMAT, Value: json }", "{ Name: RUST_LOG, Value: info }", "a setting twice"),
    ("stack.yaml", "Name: DRAIN_DELAY, Value: 5s", "Name: DRAIN_DELAY, Value: 30s", "StopTimeout is shorter"),
    ("stack.yaml", "{ Name: DRAIN_DELAY, Value: 5s }", "{ Name: DRAIN_DELAY, Value: }", "an empty value"),
    // The service and its scaling.
    ("stack.yaml", "      AvailabilityZone", "      DesiredCount: 2\n      AvailabilityZone", "DesiredCount"),
    (
        "stack.yaml",
        "Enable: true, Rollback: true }",
        "Enable: true, Rollback: false }",
        "the circuit breaker does not roll back",
    ),
    ("stack.yaml", "AlarmNames: [!Ref RequestsFail]", "AlarmNames: [!Ref Pages]", "no alarm of this name"),
    (
        "stack.yaml",
        "MinimumHealthyPercent: 100",
        "MinimumHealthyPercent: 50",
        "stops replicas before there are new ones",
    ),
    ("stack.yaml", "MaximumPercent: 200", "MaximumPercent: 100", "no room for new replicas"),
    ("stack.yaml", "    DependsOn: HttpsListener", "    DependsOn: HttpListener", "does not wait for the listener"),
    ("stack.yaml", "service/${Cluster}/${Service.Name}", "service/${Cluster}/${Service}", "scales another service"),
    ("stack.yaml", "MaxCapacity: !Ref MostReplicas", "MaxCapacity: !Ref LeastReplicas", "other numbers of replicas"),
    ("stack.yaml", "TargetValue: !Ref RequestsPerReplica", "TargetValue: !Ref RustLog", "TargetValue"),
    ("stack.yaml", "LoadBalancerFullName}/${", "LoadBalancerFullName}-${", "does not scale by requests"),
    ("stack.yaml", "AssignPublicIp: DISABLED", "AssignPublicIp: ENABLED", "AssignPublicIp"),
    ("stack.yaml", "Subnets: !Ref PrivateSubnets", "Subnets: !Ref PublicSubnets", "the replicas are in public subnets"),
    // The network.
    ("stack.yaml", "          ToPort: 8081\n", "          ToPort: 8080\n", "health checks do not reach"),
    (
        "stack.yaml",
        "      FromPort: 8080\n      ToPort: 8080",
        "      FromPort: 80\n      ToPort: 80",
        "requests do not reach",
    ),
    (
        "stack.yaml",
        "SourceSecurityGroupId: !Ref ServiceSecurityGroup",
        "SourceSecurityGroupId: !Ref LoadBalancerSecurityGroup",
        "a server that replicas do not reach",
    ),
    ("stack.yaml", "          FromPort: 5432\n", "          FromPort: 5433\n", "ports in the wrong order"),
    ("stack.yaml", "FromPort: 80, ToPort: 80,", "FromPort: 81, ToPort: 81,", "clients do not reach both listeners"),
    // Permissions and secrets.
    ("stack.yaml", "                  - !Ref RedisUrlSecret\n", "", "the secrets that are read"),
    (
        "stack.yaml",
        "{ Name: REDIS_URL, ValueFrom: !Ref RedisUrlSecret }",
        "{ Name: REDIS_URL, ValueFrom: !Ref DatabaseUrlSecret }",
        "a setting with the secret of another one",
    ),
    (
        "stack.yaml",
        "secretsmanager:GetSecretValue\n                Resource:\n",
        "secretsmanager:*\n                Resource:\n",
        "the secrets that are read",
    ),
    ("stack.yaml", "logs:PutLogEvents", "logs:PutLogEvent", "ECS cannot write the log"),
    ("stack.yaml", "Action: [logs", "Actions: [logs", "unknown Actions in a statement"),
    ("stack.yaml", "ecs-tasks.amazonaws.com", "ecs.amazonaws.com", "ECS cannot take the execution role"),
    ("stack.yaml", "DependsOn: AccessLogsPolicy", "DependsOn: AccessLogs", "the load balancer cannot write its log"),
    ("stack.yaml", "Effect: Deny", "Effect: Allow", "everyone may"),
    ("access.yaml", "repo:${Repository}:environment:production", "repo:${Repository}:*", "others than deploys"),
    (
        "access.yaml",
        "actions.githubusercontent.com:sub'",
        "actions.githubusercontent.com:subject'",
        "others than deploys",
    ),
    (
        "access.yaml",
        "              StringEquals:\n                'token",
        "              StringLike:\n                'token",
        "others than deploys",
    ),
    ("access.yaml", "Resource: !GetAtt StackRole.Arn", "Resource: '*'", "deploys may pass another role"),
    ("access.yaml", "RepositoryName: north-pier9", "RepositoryName: pier", "another registry"),
    ("access.yaml", "ManagedPolicyArns: [!Ref DeployPolicy]", "ManagedPolicyArns: [!Ref Policy]", "refers to Policy"),
    ("stack.yaml", ":repository/north-pier9/app", ":repository/north-pier9", "another registry than deploys copy to"),
    ("access.yaml", "cloudformation:CreateChangeSet", "cloudformation.CreateChangeSet", "no action"),
    // The start of a replica.
    ("stack.yaml", "StartPeriod: 300", "StartPeriod: 60", "StartPeriod is shorter than that of the image"),
    ("stack.yaml", "PeriodSeconds: 300", "PeriodSeconds: 60", "counts before StartPeriod ends"),
    // The commands of the README.
    ("README.md", "aws sns subscribe", "aws sns list-topics", "alarms page no one"),
    ("README.md", "OutputKey=='Pages'", "OutputKey=='Address'", "alarms page no one"),
    ("README.md", "aws iam create-open-id-connect-provider", "aws iam list-roles", "the identity provider is not"),
    ("README.md", "docker login --username", "docker logout --username", "docker is not logged in"),
    // The other resources.
    ("stack.yaml", "Subnets: !Ref PublicSubnets", "Subnets: !Ref PrivateSubnets", "clients do not reach the subnets"),
    (
        "stack.yaml",
        "SecurityGroups: [!Ref LoadBalancerSecurityGroup]",
        "SecurityGroups: [!Ref ServiceSecurityGroup]",
        "the load balancer has another",
    ),
    ("stack.yaml", "RestrictPublicBuckets: true", "RestrictPublicBuckets: false", "the access log is public"),
    (
        "stack.yaml",
        "CapacityProviders: [FARGATE, FARGATE_SPOT]",
        "CapacityProviders: [FARGATE]",
        "a capacity provider that",
    ),
    (
        "stack.yaml",
        "    DeletionPolicy: RetainExceptOnCreate\n    UpdateReplacePolicy: Retain\n    Properties:\n      LogGroupName",
        "    Properties:\n      LogGroupName",
        "LogGroup does not outlive",
    ),
    (
        "stack.yaml",
        "Expression: FILL(requests, 0)",
        "Expression: FILL(request, 0)",
        "an expression of an unknown metric",
    ),
    (
        "stack.yaml",
        "        - { Name: TargetGroup, Value: !GetAtt TargetGroup.TargetGroupFullName }\n",
        "",
        "dimensions without data",
    ),
    ("stack.yaml", "MetricName: HTTPCode_ELB_5XX_Count", "MetricName: HTTPCode_ELB_5xx_Count", "MetricName"),
    ("stack.yaml", "DatapointsToAlarm: 2", "DatapointsToAlarm: 4", "more data than periods"),
    ("access.yaml", "  StackRole:\n    Description", "  Role:\n    Description", "no output StackRole"),
    (
        "stack.yaml",
        "      NetworkMode: awsvpc\n",
        "      NetworkMode: awsvpc\n      NetworkMode: awsvpc\n",
        "duplicate entry",
    ),
    // References and parameters.
    ("stack.yaml", "VpcId: !Ref Vpc", "VpcId: !ImportValue Vpc", "unknown function !ImportValue"),
    ("stack.yaml", "Value: !Ref Pages", "Value: &pages pages", "an anchor or an alias"),
    ("stack.yaml", "!Sub '/ecs/${AWS::StackName}'", "'/ecs/${AWS::StackName}'", "no !Sub before"),
    (
        "stack.yaml",
        "SourceSecurityGroupId: !Ref LoadBalancerSecurityGroup\n      IpProtocol: tcp\n      FromPort: 8080",
        "SourceSecurityGroupId: !Ref Service\n      IpProtocol: tcp\n      FromPort: 8080",
        "requests do not reach",
    ),
    ("stack.yaml", "GroupDescription: The replicas", "GroupDescription: !Ref Service", "need each other"),
    ("stack.yaml", "  Vpc:\n", "  Network:\n", "refers to Vpc"),
    ("stack.yaml", "    Default: FARGATE\n", "    Default: EC2\n", "its default is not accepted"),
    ("stack.yaml", "AWS::EC2::VPC::Id", "AWS::EC2::Vpc::Id", "no type"),
    ("stack.yaml", "UpdateReplacePolicy: Retain", "UpdateReplacePolicy: Keep", "unknown UpdateReplacePolicy"),
    ("stack.yaml", "AWS::Logs::LogGroup", "AWS::Logs::Group", "unknown type AWS::Logs::Group"),
    ("production.env", "Vpc=", "VPC=", "no parameter VPC"),
    ("production.env", "PublicSubnets=subnet-EXAMPLE1,", "PublicSubnets=", "PublicSubnets does not accept"),
    (
        "production.env",
        "RedisUrlSecret=arn:aws:secretsmanager",
        "RedisUrlSecret=rediss://:secret@redis",
        "RedisUrlSecret does not accept",
    ),
    ("production.env", "RedisSecurityGroup=sg-EXAMPLE\n", "", "no value for RedisSecurityGroup"),
    ("staging.env", "FARGATE_SPOT", "SPOT", "CapacityProvider does not accept SPOT"),
    ("staging.env", "MostReplicas=2", "MostReplicas=0", "MostReplicas does not accept 0"),
    ("staging.env", "LeastReplicas=1", "LeastReplicas=3", "LeastReplicas is more than MostReplicas"),
    // The collector.
    ("stack.yaml", "job_name: north-pier9", "job_name: app", "another job than the alerts name"),
    ("stack.yaml", "127.0.0.1:8081", "127.0.0.1:8080", "another port than that of the metrics"),
    (
        "stack.yaml",
        "from_attribute: aws.ecs.task.arn",
        "from_attribute: aws.ecs.cluster.arn",
        "replicas have one instance",
    ),
    ("stack.yaml", "exporters: [prometheusremotewrite]", "exporters: [otlp]", "exporters that are not those"),
    ("stack.yaml", "Value: 200MiB", "Value: 300MiB", "its limit is more than its memory"),
    ("stack.yaml", "aps:RemoteWrite", "aps:QueryMetrics", "may not write"),
    ("stack.yaml", "topic_arn: ${Tickets}", "topic_arn: ${Ticket}", "refers to Ticket"),
];

/// Of a project with a collector in the VPC.
const WITH_COLLECTOR: &[(&str, &str, &str, &str)] = &[
    ("production.env", "http://collector:4318", "http://127.0.0.1:4318", "nothing listens beside a replica"),
    ("staging.env", "http://collector:4318", "http://collector:4317", "replicas do not reach"),
    ("stack.yaml", "FromPort: 4318, ToPort: 4318,", "FromPort: 4317, ToPort: 4317,", "replicas do not reach"),
];

#[test]
fn planted_faults_are_found() {
    let trees = [(tree(), PLANTS), (with_collector(), WITH_COLLECTOR)];
    for (tree, plants) in trees {
        let right = files(|path| source(&tree, path).to_owned());
        all_are_found(&right, plants.iter().copied(), |files, path| files.texts.get_mut(path), faults);
    }
}

fn with_collector() -> Tree {
    projects::tree(&stack([Value::Deploy(Deploy::Aws), Value::Monitoring(Monitoring::Otlp)]))
}

/// The project with the most files for AWS.
pub(super) fn tree() -> Tree {
    let values = [Value::Cache(Cache::Memcached), Value::Deploy(Deploy::Aws)];
    projects::tree(&stack(WITH_SERVERS.into_iter().chain(values)))
}
