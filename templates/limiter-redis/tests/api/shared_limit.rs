//! One limit per client for all replicas, and one at each replica while Redis does not respond.

use std::time::Duration;

use app::platform::breaker::OPEN_FOR;
use app::platform::quota::{Quota, Verdict};
use app::platform::shared_limit::GCRA;
use redis::{Script, pipe};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::errors::envelope;
use crate::support::chaos::{Chaos, Mode};
use crate::support::http::{Answer, get, request, send};
use crate::support::server::TestServer;
use crate::support::servers::{self, address, by_way_of};
use crate::support::{direct, eventually, within};

/// Per hour, so that no quota is restored during a test.
const SIXTY: &str = "--rate-limit=60/h";

fn redis_url() -> String {
    format!("--redis-url={}", servers::redis())
}

fn prefix() -> String {
    format!("test-{:016x}", fastrand::u64(..))
}

#[tokio::test]
async fn of_120_requests_at_once_to_two_replicas_exactly_60_pass() {
    let remaining = |answer: &Answer| {
        let (_, rest) = answer.header("ratelimit").split_once(";r=").expect("what remains");
        rest.split(';').next().expect("a number").parse::<u64>().expect("a number")
    };
    // On a busy machine a command may time out, and then a replica decides alone: never fewer than 60 pass.
    let mut refused = Vec::new();
    let exactly = async || {
        let (passed, others) = ask_two_replicas().await;
        refused = others;
        assert!(passed.len() >= 60, "{}", passed.len());
        let mut left: Vec<u64> = passed.iter().map(remaining).collect();
        left.sort_unstable();
        left.into_iter().eq(0..60)
    };
    let minute = Duration::from_secs(60);
    within(minute, "exactly 60 pass, and each answer has the quota left over all replicas", exactly).await;
    assert_eq!(refused.len(), 60);
    envelope(&refused[0], 429, "rate_limited").await;
    assert!(refused[0].header("ratelimit").starts_with("\"default\";r=0;t="), "{:?}", refused[0]);
}

async fn ask_two_replicas() -> (Vec<Answer>, Vec<Answer>) {
    let (prefix, url) = (format!("--key-prefix={}", prefix()), redis_url());
    let flags = [SIXTY, &prefix, &url];
    let replicas = [TestServer::start(&flags).await, TestServer::start(&flags).await];
    let mut requests = JoinSet::new();
    for number in 0..120 {
        requests.spawn(send(replicas[number % 2].public, request("GET", "/greet")));
    }
    requests.join_all().await.into_iter().partition(|answer| answer.status == 200)
}

#[tokio::test]
async fn while_redis_does_not_answer_each_replica_limits_by_itself_and_no_request_waits() {
    for outage in [Mode::Closed, Mode::Hole, Mode::Slow(Duration::from_millis(50))] {
        let chaos = Chaos::start(address(&servers::redis()));
        let url = format!("--redis-url={}", by_way_of(chaos.address(), &servers::redis()));
        let server = TestServer::start(&["--rate-limit=20/h", &url]).await;
        chaos.set(outage).await;
        let ask = async || {
            let asked = Instant::now();
            let answer = get(server.public, "/greet").await;
            assert!(asked.elapsed() < Duration::from_millis(1500), "{outage:?}: {:?}", asked.elapsed());
            answer
        };
        for remaining in (0..20).rev() {
            let answer = ask().await;
            assert_eq!(answer.status, 200, "{outage:?}");
            assert_eq!(answer.header("ratelimit-policy"), "\"default\";q=20;w=3600");
            assert!(answer.header("ratelimit").starts_with(&format!("\"default\";r={remaining};t=")), "{answer:?}");
        }
        let refused = ask().await;
        envelope(&refused, 429, "rate_limited").await;
        assert!(!refused.header("retry-after").is_empty(), "{refused:?}");

        chaos.set(Mode::Pass).await;
        let counted = async || ask().await.status == 200;
        within(6 * OPEN_FOR, "Redis counts again, and has counted nothing before", counted).await;
    }
}

#[tokio::test]
async fn clients_are_counted_separately_by_their_own_keys() {
    let prefix = prefix();
    let flags = ["--rate-limit=3/h", "--trusted-proxy-hops=1", &format!("--key-prefix={prefix}"), &redis_url()];
    let server = TestServer::start(&flags).await;
    let from = |client| send(server.public, request("GET", "/greet").header("x-forwarded-for", client));
    let spent = async || from("203.0.113.7").await.status == 429;
    eventually("its quota is spent", spent).await;
    assert_eq!(from("203.0.113.8").await.status, 200);
    let mut redis = direct::redis().await;
    let mut left = async |client| {
        let key = format!("{prefix}:limit:3/3600000000:{client}");
        redis::cmd("PTTL").arg(key).query_async::<i64>(&mut redis).await.expect("Redis answers")
    };
    let spent = left("203.0.113.7").await;
    assert!((1..=3_600_000).contains(&spent), "it expires when the quota is full again: {spent}");
    assert!(left("203.0.113.8").await < spent);
}

#[tokio::test]
async fn redis_and_the_service_agree_on_10_000_random_sequences() {
    let mut redis = direct::redis().await;
    let script = Script::new(&format!("local now = tonumber(ARGV[3])\n{GCRA}"));
    let hash: String = script.load_async(&mut redis).await.expect("it is Lua");
    let prefix = prefix();
    for round in 0..100 {
        let (mut commands, mut expected) = (pipe(), Vec::new());
        for sequence in 0..100 {
            // The two sides expire keys at different times, so quotas that are full again within a second are excluded.
            let random = || -> Quota {
                let (requests, unit) = [(fastrand::u64(1..=60), "min"), (fastrand::u64(1..=3600), "h")][sequence % 2];
                format!("{requests}/{unit}").parse().expect("a rate")
            };
            let key = format!("{prefix}:{round}:{sequence}");
            let (mut quota, mut full_at, mut now) = (random(), 0, fastrand::u64(0..2_000_000_000_000_000));
            for _ in 0..10 {
                if fastrand::u8(..) < 50 {
                    quota = random();
                }
                now += fastrand::u64(0..2 * quota.period / quota.requests) * fastrand::u64(0..=1);
                let (next, verdict) = quota.decide(full_at, now);
                full_at = next;
                expected.push(verdict);
                commands.cmd("EVALSHA").arg(&hash).arg(1).arg(&key).arg(quota.requests).arg(quota.period).arg(now);
            }
        }
        let decided: Vec<(bool, u64, u64, u64)> = commands.query_async(&mut redis).await.expect("Redis answers");
        let verdict = |(allowed, remaining, retry, reset)| Verdict { allowed, remaining, retry, reset };
        let decided: Vec<Verdict> = decided.into_iter().map(verdict).collect();
        assert_eq!(decided, expected);
    }
}

/// The number of requests that pass. Ten at once, so that Redis responds in time even on a busy machine.
async fn passed(server: &TestServer, requests: usize) -> usize {
    let mut passed = 0;
    for first in (0..requests).step_by(10) {
        let mut wave = JoinSet::new();
        for _ in first..requests.min(first + 10) {
            wave.spawn(get(server.public, "/greet"));
        }
        passed += wave.join_all().await.iter().filter(|answer| answer.status == 200).count();
    }
    passed
}

#[tokio::test]
async fn a_changed_quota_holds_within_its_own_period_whatever_the_earlier_one_counted() {
    // On a busy machine Redis may respond too late, and then a replica decides alone for a while.
    for _ in 0..20 {
        if each_quota_holds().await {
            return;
        }
    }
    panic!("requests under another quota give this one back, or spend it");
}

/// Spends two quotas of one client at once, as during a deployment. Whether each allows exactly its requests.
async fn each_quota_holds() -> bool {
    let (prefix, url) = (format!("--key-prefix={}", prefix()), redis_url());
    let replica = async |quota: &str| TestServer::start(&[quota, &prefix, &url]).await;
    let (old, new) = (replica("--rate-limit=100/h").await, replica("--rate-limit=20/min").await);
    let (under_old, under_new) = tokio::join!(passed(&old, 150), passed(&new, 60));
    let mut held = (100..=105).contains(&under_old) && (20..=30).contains(&under_new);
    for _ in 0..5 {
        held &= passed(&old, 5).await == 0;
        let refused = get(new.public, "/greet").await;
        if held && refused.status == 429 {
            let wait = refused.header("retry-after").parse().expect("whole seconds");
            assert!((1..=3).contains(&wait), "a third of a minute's twentieth: {refused:?}");
            tokio::time::sleep(Duration::from_secs(wait)).await;
            assert_eq!(get(new.public, "/greet").await.status, 200, "the time that was promised holds");
        }
    }
    held
}

#[tokio::test]
async fn a_client_is_not_refused_for_longer_than_its_quota_takes_whatever_redis_holds() {
    let mut redis = direct::redis().await;
    let script = Script::new(&format!("local now = tonumber(ARGV[3])\n{GCRA}"));
    let key = prefix();
    // An hour ahead, as after a clock was set back.
    redis::cmd("SET").arg(&key).arg(3_600_000_000_u64).exec_async(&mut redis).await.expect("Redis answers");
    let quota: Quota = "60/min".parse().expect("a rate");
    let mut full_at = 3_600_000_000;
    for (now, allowed) in [(0, false), (500_000, false), (1_000_000, true), (1_500_000, false), (2_000_000, true)] {
        let mut decide = script.key(&key);
        let decide = decide.arg(quota.requests).arg(quota.period).arg(now);
        let (in_redis, ..): (bool, u64, u64, u64) = decide.invoke_async(&mut redis).await.expect("it is Lua");
        let (kept, verdict) = quota.decide(full_at, now);
        full_at = kept;
        assert_eq!((in_redis, verdict.allowed), (allowed, allowed), "at {now}");
    }
    let left: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut redis).await.expect("Redis answers");
    assert!((1..=60_000).contains(&left), "it is forgotten within the period: {left}");
}
