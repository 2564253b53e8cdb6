//! Planted faults: each is found.

use restwell::plan::Plan;

use super::{SERVICE, WATCH, rules, service, stack};
use crate::plants::all_are_found;
use crate::projects::{NAME, WITH_SERVERS, source, tree};

type Plant = (&'static str, &'static str, &'static str);

/// The right text, the wrong text, and what is said: in the app with two machines.
const SEVERAL: &[Plant] = &[
    // Names and types.
    ("kill_timeout", "kill_time_out", "unknown field `kill_time_out`"),
    ("[http_service]", "[http_services]", "unknown field `http_services`"),
    ("internal_port", "internalPort", "unknown field `internalPort`"),
    ("[[http_service.checks]]", "[[http_service.http_checks]]", "unknown field `http_checks`"),
    ("[[http_service.checks]]", "[[checks]]", "missing field `checks`"),
    ("grace_period", "graceperiod", "unknown field `graceperiod`"),
    ("auto_stop_machines = \"off\"", "auto_stop_machines = false", "invalid type"),
    ("auto_stop_machines = \"off\"", "auto_stop_machines = \"never\"", "unknown variant `never`"),
    ("internal_port = 8080", "internal_port = \"8080\"", "invalid type"),
    ("TRUSTED_PROXY_HOPS = \"2\"", "TRUSTED_PROXY_HOPS = 2", "invalid type"),
    ("kill_timeout = \"35s\"", "kill_timeout = 35", "invalid type"),
    ("\"SIGTERM\"", "\"TERM\"", "unknown variant `TERM`"),
    ("type = \"requests\"", "type = \"request\"", "unknown variant `request`"),
    ("strategy = \"rolling\"", "strategy = \"rollling\"", "unknown variant `rollling`"),
    ("policy = \"always\"", "policy = \"forever\"", "unknown variant `forever`"),
    ("method = \"GET\"", "method = \"get\"", "unknown variant `get`"),
    ("app = \"", "app = ", "no TOML"),
    ("[env]\n", "[env]\nHOST = \"::\"\n", "no TOML"),
    // Values that the platform refuses.
    ("app = \"north", "app = \"North_", "no name of an app"),
    ("\"fra\"", "\"frankfurt\"", "no region"),
    ("\"35s\"", "\"301s\"", "more than 300 s"),
    ("\"35s\"", "\"35 s\"", "kill_timeout is more than 300 s"),
    ("\"5m\"", "\"5 minutes\"", "no duration wait_timeout"),
    ("shared-cpu-1x", "shared-cpu-3x", "no size shared-cpu-3x"),
    ("shared-cpu-1x", "performance-1x", "performance-1x cannot have the memory 512mb"),
    ("\"512mb\"", "\"500mb\"", "cannot have the memory 500mb"),
    ("\"512mb\"", "\"512MiB\"", "cannot have the memory 512MiB"),
    ("\"512mb\"", "\"4gb\"", "cannot have the memory 4gb"),
    ("soft_limit = 400", "soft_limit = 600", "soft_limit is not less"),
    ("interval = \"5s\"", "interval = \"5\"", "no duration of a check"),
    ("timeout = \"2s\"\n\n[[restart", "timeout = \"0s\"\n\n[[restart", "a duration of a check is 0"),
    ("interval = \"5s\"", "interval = \"2s\"", "takes longer than its interval"),
    // Values that mean another thing than they should.
    ("\"SIGTERM\"", "\"SIGQUIT\"", "at which nothing drains"),
    ("kill_signal = \"SIGTERM\"\n", "", "at which nothing drains"),
    ("kill_timeout = \"35s\"\n", "", "kill_timeout is shorter"),
    ("\"35s\"", "\"26s\"", "kill_timeout is shorter"),
    ("DRAIN_DELAY = \"5s\"", "DRAIN_DELAY = \"15s\"", "kill_timeout is shorter"),
    ("interval = \"5s\"", "interval = \"15s\"", "learns of a drain after DRAIN_DELAY"),
    ("strategy = \"rolling\"", "strategy = \"immediate\"", "one machine after the other"),
    ("max_unavailable = 1", "max_unavailable = 2", "more than one machine may be away"),
    ("internal_port = 8080", "internal_port = 8081", "another port than the service has"),
    ("[env]\n", "[env]\nPORT = \"3000\"\n", "another port than the service has"),
    ("[env]\n", "[env]\nADMIN_PORT = \"9091\"\n", "another port than the admin port"),
    ("[env]\n", "[env]\nADMIN_HOST = \"127.0.0.1\"\n", "the admin port listens elsewhere"),
    ("force_https = true", "force_https = false", "answers without TLS"),
    ("\"off\"", "\"suspend\"", "machines are stopped"),
    ("auto_start_machines = true", "auto_start_machines = false", "stays stopped"),
    ("min_machines_running = 2", "min_machines_running = 1", "another number of machines"),
    ("hard_limit = 512", "hard_limit = 25", "hard_limit is not MAX_IN_FLIGHT"),
    ("type = \"requests\"", "type = \"connections\"", "counts connections"),
    ("idle_timeout = 60", "idle_timeout = 90", "the service closes a connection first"),
    ("/health/ready", "/health/live", "does not ask for readiness"),
    ("policy = \"always\"", "policy = \"never\"", "an exit is not followed by a start"),
    ("HOST = \"::\"", "HOST = \"0.0.0.0\"", "both kinds of addresses"),
    ("HOST = \"::\"\n", "", "both kinds of addresses"),
    ("TRUSTED_PROXY_HOPS = \"2\"", "TRUSTED_PROXY_HOPS = \"1\"", "second address from the right"),
    ("[env]\n", "[env]\nDATABASE_URL = \"postgres://app:secret@postgres/app\"\n", "DATABASE_URL may hold a secret"),
    ("[env]\n", "[env]\nREDIS_URL = \"redis://:secret@redis\"\n", "REDIS_URL may hold a secret"),
    ("LOG_FORMAT", "LOG_FROMAT", "no setting LOG_FROMAT"),
    ("port = 8081", "port = 8080", "another port than the admin port"),
    ("path = \"/metrics\"", "path = \"/metric\"", "metrics of another path"),
    ("[deploy]\n", "[build]\ndockerfile = \"Dockerfile\"\n\n[deploy]\n", "builds an image"),
    ("[deploy]\n", "[processes]\napp = \"serve\"\n\n[deploy]\n", "has processes"),
    (
        "[deploy]\n",
        "[[mounts]]\nsource = \"data\"\ndestination = \"/data\"\ninitial_size = \"1gb\"\n\n[deploy]\n",
        "a volume without a file",
    ),
];

/// In the app with a database file.
const FILE: &[Plant] = &[
    ("min_machines_running = 1", "min_machines_running = 2", "another number of machines"),
    ("destination = \"/data\"", "destination = \"/database\"", "the database is not on a volume"),
    ("destination = \"/data\"", "destination = \"data\"", "no place for a volume"),
    ("sqlite:///data/app.db", "sqlite://data/app.db", "the database is not on a volume"),
    ("sqlite:///data/app.db", "sqlite:///data2/app.db", "the database is not on a volume"),
    ("source = \"data\"", "source = \"my-data\"", "no name of a volume"),
    ("initial_size = \"1gb\"", "initial_size = \"1\"", "no size of a volume"),
    ("initial_size = \"1gb\"", "initial_size = \"600gb\"", "no size of a volume"),
    ("initial_size = \"1gb\"", "initial_size = \"20gb\"", "never grows"),
    ("snapshot_retention = 14", "snapshot_retention = 90", "snapshots are kept 1 to 60 days"),
    ("auto_extend_size_threshold = 80", "auto_extend_size_threshold = 100", "grows at no share"),
    ("auto_extend_size_limit = \"10gb\"\n", "", "not all of threshold"),
    ("[[mounts]]", "[[mount]]", "unknown field `mount`"),
];

/// In the app of Prometheus and Alertmanager.
const WATCHING: &[Plant] = &[
    ("-watch\"", "-watcher\"", "another app than the scripts name"),
    ("processes = [\"prometheus\"]", "processes = [\"promtheus\"]", "no process promtheus"),
    ("alertmanager = \"", "alertmanger = \"", "has other processes"),
    ("--storage.tsdb.path=/metrics", "--storage.tsdb.path=/prometheus", "no process writes to /metrics"),
    ("destination = \"/metrics\"", "destination = \"metrics\"", "no place for a volume"),
    ("memory = \"256mb\"", "memory = \"128mb\"", "cannot have the memory 128mb"),
    ("memory = \"256mb\"\nprocesses = [\"alertmanager\"]", "memory = \"256mb\"", "no machine of its own"),
    ("dockerfile", "docker_file", "unknown field `docker_file`"),
];

#[test]
fn planted_faults_are_found() {
    let several = stack(&WITH_SERVERS);
    for (stack, plants) in [(several, SEVERAL), (stack(&[]), FILE)] {
        let (tree, plan) = (tree(&stack), Plan::new(&stack, NAME));
        find(source(&tree, SERVICE), plants, |text| rules::of_service(text, &service(&plan)));
    }
    find(source(&tree(&several), WATCH), WATCHING, |text| rules::of_watch(text, NAME));
}

fn find(text: &str, plants: &[Plant], faults: impl Fn(&str) -> Vec<String>) {
    let plants = plants.iter().map(|&(right, wrong, fault)| (SERVICE, right, wrong, fault));
    all_are_found(&text.to_owned(), plants, |text, _| Some(text), |text| faults(text));
}
