//! The connection to Redis: its problems can be corrected while the service runs.

use std::time::Duration;

use app::platform::breaker::{Failure, OPEN_FOR};
use app::platform::redis::OUTAGES;
use redis::{Client, cmd};

use crate::support::http::get;
use crate::support::process::run;
use crate::support::server::TestServer;
use crate::support::{direct, servers, within};

#[tokio::test]
async fn a_corrected_password_needs_no_restart() {
    let user = format!("test-{:016x}", fastrand::u64(..));
    let mut redis = direct::redis().await;
    let mut set_user = async |rules: &[&str]| {
        cmd("ACL").arg("SETUSER").arg(&user).arg(rules).exec_async(&mut redis).await.expect("Redis answers");
    };
    set_user(&["on", ">right", "~*", "+@all"]).await;
    let url = servers::redis().replacen("://", &format!("://{user}:wrong@"), 1);
    let server = TestServer::start(&[&format!("--redis-url={url}")]).await;
    let answers = async || get(server.admin, "/health/ready").await.json()["dependencies"]["redis"] == true;
    assert!(!answers().await, "it must be refused");
    set_user(&[">wrong"]).await;
    within(OPEN_FOR + Duration::from_secs(5), "the new password is tried", answers).await;
    cmd("ACL").arg("DELUSER").arg(&user).exec_async(&mut redis).await.expect("Redis answers");
}

#[tokio::test]
async fn an_invalid_url_is_rejected_at_start_and_not_repeated() {
    let ended = run(&["serve", "--redis-url=http://:secret@host"], &[]).await;
    assert_eq!(ended.code, Some(2), "{:?}", ended.stderr);
    let said = ended.stderr.join("\n");
    assert!(said.contains("REDIS_URL") && !said.contains("secret"), "{said}");
}

#[tokio::test]
async fn a_reply_about_the_server_is_an_outage_and_one_about_a_key_or_a_command_is_not() {
    let mut redis = direct::redis().await;
    let mut reply = async |code: &str| {
        let script = format!("return redis.error_reply('{code} as Redis says it')");
        cmd("EVAL").arg(script).arg(0).exec_async(&mut redis).await.expect_err(code)
    };
    let about_the_server =
        ["LOADING", "BUSY", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "OOM", "MISCONF", "NOAUTH", "WRONGPASS", "NOPERM"];
    for code in about_the_server.iter().chain(&OUTAGES) {
        assert!(reply(code).await.is_outage(), "{code}");
    }
    for code in ["WRONGTYPE", "ERR", "NOSCRIPT", "EXECABORT", "CROSSSLOT", "NOTBUSY", "BUSYKEY", "BUSYGROUP"] {
        assert!(!reply(code).await.is_outage(), "{code}");
    }
    let refused = Client::open("redis://127.0.0.1:1").expect("a valid URL");
    let refused = refused.get_multiplexed_async_connection().await.map(drop).expect_err("nothing listens there");
    assert!(refused.is_outage());
}
