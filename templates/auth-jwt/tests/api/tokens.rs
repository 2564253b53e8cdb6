//! Tokens: forged and invalid ones, and an issuer whose keys change or that is unavailable.

use std::time::Duration;

use app::platform::keys::{FETCH_INTERVAL, MIN_FETCH_INTERVAL};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{self, Instant};

use crate::errors::envelope;
use crate::support::auth::credential;
use crate::support::eventually;
use crate::support::http::{self, Answer, Request, get, read_to_end, send};
use crate::support::issuer::{Issuer, Mode, Signer, claims, pem};
use crate::support::logs;
use crate::support::process::{Process, run};
use crate::support::server::TestServer;

async fn write(server: &TestServer, token: &str) -> Answer {
    let name = format!("{:032x}", fastrand::u128(..));
    let post = Request::new("POST", "/products").header("authorization", format!("Bearer {token}"));
    send(server.public, post.json(json!({"name": name, "price_cents": 1}))).await
}

/// The claims of a valid token with one of them changed or omitted.
pub fn with(claim: &str, value: Value) -> Value {
    let mut claims = claims("tests", "products:write");
    claims[claim] = value;
    claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    claims
}

fn good() -> Value {
    claims("tests", "products:write")
}

/// A server that has fetched the keys of its issuer once, as at every start.
pub async fn server_of(issuer: &Issuer, flags: &[&str]) -> TestServer {
    let before = issuer.fetches();
    let server = TestServer::start(&[&[&*issuer.flag()], flags].concat()).await;
    eventually("the keys are asked for", async || issuer.fetches() > before).await;
    server
}

/// Advances the clock of this runtime, which the server shares.
async fn later(by: Duration) {
    time::pause();
    time::advance(by).await;
    time::resume();
}

/// A token of this header, these claims and this signature, valid or not.
fn by_hand(header: Value, claims: &Value, signature: &[u8]) -> String {
    let [header, claims] = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn forged_tokens_are_401_and_the_log_says_why() {
    let (rsa, ec, stranger) = (Signer::rs256("rsa"), Signer::es256("ec"), Signer::es256("ec"));
    let issuer = Issuer::start(&[&rsa, &ec]);
    let server = server_of(&issuer, &[]).await;
    for signer in [&rsa, &ec] {
        let answer = write(&server, &signer.sign(good())).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }

    let now = get_current_timestamp();
    let header = |changed: Header| encode(&changed, &good(), &ec.key).expect("a token");
    let hmac = |secret: &[u8]| {
        let header = Header { kid: Some("rsa".into()), ..Header::new(Algorithm::HS256) };
        encode(&header, &good(), &EncodingKey::from_secret(secret)).expect("a token")
    };
    let brought = Header { jwk: Some(stranger.public()), ..stranger.header() };
    let brought = encode(&brought, &good(), &stranger.key).expect("a token");
    let unnamed = |claim, value| {
        let header = Header { kid: None, ..ec.header() };
        encode(&header, &with(claim, value), &ec.key).expect("a token")
    };
    let other = |algorithm| encode(&Header { alg: algorithm, ..rsa.header() }, &good(), &rsa.key).expect("a token");
    for (attack, token, reason) in [
        ("no signature", by_hand(json!({"alg": "none", "kid": "ec"}), &good(), b""), "invalid"),
        ("no signature, in capitals", by_hand(json!({"alg": "NONE", "kid": "ec"}), &good(), b""), "invalid"),
        ("an empty signature", by_hand(json!({"alg": "ES256", "kid": "ec"}), &good(), b""), "invalid"),
        ("a signature of zeros", by_hand(json!({"alg": "ES256", "kid": "ec"}), &good(), &[0; 64]), "invalid"),
        ("the public key as a secret, in PEM", hmac(pem("PUBLIC KEY", &rsa.public_der).as_bytes()), "invalid"),
        ("the public key as a secret, in DER", hmac(&rsa.public_der), "invalid"),
        ("another algorithm of the key's kind", other(Algorithm::RS384), "invalid"),
        ("another padding", other(Algorithm::PS256), "invalid"),
        ("the algorithm of another key", header(Header { kid: Some("rsa".into()), ..ec.header() }), "invalid"),
        ("a stranger's key", stranger.sign(good()), "invalid"),
        ("a key that it brings along", brought, "invalid"),
        ("an unknown key", header(Header { kid: Some("../ec".into()), ..ec.header() }), "unknown_key"),
        (
            "no key named, and signed with none",
            encode(&Header { kid: None, ..ec.header() }, &good(), &stranger.key).expect("a token"),
            "unknown_key",
        ),
        ("an unknown demand", header(Header { crit: Some(vec!["b64".into()]), ..ec.header() }), "invalid"),
        ("another issuer", ec.sign(with("iss", json!("http://127.0.0.1:9001"))), "invalid"),
        ("an issuer among others", ec.sign(with("iss", Value::Null)), "invalid"),
        ("another audience", ec.sign(with("aud", json!(["shop", "product"]))), "invalid"),
        ("no audience", ec.sign(with("aud", Value::Null)), "invalid"),
        ("no subject", ec.sign(with("sub", Value::Null)), "invalid"),
        ("an empty subject", ec.sign(with("sub", json!(""))), "invalid"),
        ("a subject that is no name", ec.sign(with("sub", json!("x".repeat(256)))), "invalid"),
        ("expired", ec.sign(with("exp", json!(now - 30))), "expired"),
        ("expired long ago", ec.sign(with("exp", json!(1))), "expired"),
        ("for ever", ec.sign(with("exp", Value::Null)), "invalid"),
        ("expiry that is no time", ec.sign(with("exp", json!("tomorrow"))), "invalid"),
        ("not yet", ec.sign(with("nbf", json!(now + 60))), "invalid"),
        ("no key named, and another issuer", unnamed("iss", json!("http://127.0.0.1:9001")), "invalid"),
        ("no key named, and another audience", unnamed("aud", json!("shop")), "invalid"),
        ("no key named, and no audience", unnamed("aud", Value::Null), "invalid"),
        ("no key named, and expired", unnamed("exp", json!(now - 30)), "expired"),
        ("no key named, and not yet", unnamed("nbf", json!(now + 60)), "invalid"),
        ("no key named, and a start that is no time", unnamed("nbf", json!("tomorrow")), "invalid"),
        ("claims that are no object", by_hand(json!({"alg": "ES256", "kid": "ec"}), &json!([1]), &[1; 64]), "invalid"),
        ("long", ec.sign(with("padding", json!("x".repeat(8 << 10)))), "invalid"),
        ("very long", "x.".repeat(7_000), "invalid"),
    ] {
        let answer = write(&server, &token).await;
        assert_eq!(answer.status, 401, "{attack}: {}", answer.text());
        envelope(&answer, 401, "unauthorized").await;
        assert_eq!(answer.header("www-authenticate"), r#"Bearer error="invalid_token""#, "{attack}");
        let line = &logs::about(answer.header("x-request-id"))[0];
        assert_eq!(line["error"], reason, "{attack}");
    }
    assert_eq!(issuer.fetches(), 1, "no attack causes another fetch");
    for signer in [&rsa, &ec] {
        let unnamed = encode(&Header { kid: None, ..signer.header() }, &good(), &signer.key).expect("a token");
        assert_eq!(write(&server, &unnamed).await.status, 201, "a token need not name its key");
    }
    let several = with("aud", json!(["shop", "products"]));
    assert_eq!(write(&server, &ec.sign(several)).await.status, 201, "one audience among several");
}

#[tokio::test]
async fn a_token_of_a_megabyte_is_refused_before_it_is_read() {
    let server = TestServer::start(&[]).await;
    let stream = TcpStream::connect(server.public).await.unwrap();
    let request = Request::new("POST", "/products").header("authorization", format!("Bearer {}", "x".repeat(1 << 20)));
    http::write(&stream, &request.to_bytes()).await.expect("the server reads on, so that the answer arrives");
    let answer = read_to_end(&stream).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_eq!(get(server.public, "/greet").await.status, 200);
}

#[tokio::test]
async fn unknown_keys_cause_at_most_one_fetch_in_ten_seconds() {
    assert!(MIN_FETCH_INTERVAL >= Duration::from_secs(10));
    let signer = Signer::es256("known");
    let issuer = Issuer::start(&[&signer]);
    let server = server_of(&issuer, &[]).await;
    for fetches in [1, 2, 3] {
        let mut storm = JoinSet::new();
        for number in 0..60 {
            let header = Header { kid: Some(format!("unknown-{number}")), ..signer.header() };
            let token = encode(&header, &good(), &signer.key).expect("a token");
            let post = Request::new("POST", "/products").header("authorization", format!("Bearer {token}"));
            storm.spawn(send(server.public, post.json("{}")));
        }
        for answer in storm.join_all().await {
            assert_eq!(answer.status, 401);
        }
        assert_eq!(issuer.fetches(), fetches);
        assert_eq!(write(&server, &signer.sign(good())).await.status, 201, "a known key is not affected");
        later(MIN_FETCH_INTERVAL).await;
    }
}

#[tokio::test]
async fn a_new_key_is_fetched_when_a_token_names_it_and_a_removed_one_ends() {
    let (old, new) = (Signer::es256("old"), Signer::rs256("new"));
    let issuer = Issuer::start(&[&old]);
    let server = server_of(&issuer, &[]).await;
    assert_eq!(write(&server, &old.sign(good())).await.status, 201);
    envelope(&write(&server, &new.sign(good())).await, 401, "unauthorized").await;

    issuer.publish(&[&old, &new]);
    later(MIN_FETCH_INTERVAL).await;
    assert_eq!(write(&server, &new.sign(good())).await.status, 201, "without a restart");
    assert_eq!(write(&server, &old.sign(good())).await.status, 201);

    issuer.publish(&[&new]);
    let fetches = issuer.fetches();
    later(FETCH_INTERVAL).await;
    eventually("the keys are asked for again", async || issuer.fetches() > fetches).await;
    let refused = async || write(&server, &old.sign(good())).await.status == 401;
    eventually("the removed key is no longer accepted", refused).await;
    assert_eq!(write(&server, &new.sign(good())).await.status, 201);
}

#[tokio::test]
async fn without_its_issuer_the_service_serves_reads_and_uses_known_keys() {
    let signer = Signer::es256("known");
    let issuer = Issuer::start(&[&signer]);
    issuer.set(Mode::Refuse);
    let server = server_of(&issuer, &[]).await;
    envelope(&write(&server, &signer.sign(good())).await, 503, "unavailable").await;
    assert_eq!(get(server.public, "/products").await.status, 200);
    assert_eq!(get(server.public, "/health/ready").await.status, 200);

    issuer.publish(&[&signer]);
    later(MIN_FETCH_INTERVAL).await;
    assert_eq!(write(&server, &signer.sign(good())).await.status, 201, "as soon as it is back");

    issuer.set(Mode::Refuse);
    later(FETCH_INTERVAL).await;
    assert_eq!(write(&server, &signer.sign(good())).await.status, 201);
    let unknown = Signer::es256("unknown").sign(good());
    envelope(&write(&server, &unknown).await, 401, "unauthorized").await;
}

#[tokio::test]
async fn an_issuer_that_never_answers_delays_requests_only_briefly() {
    let signer = Signer::es256("known");
    let issuer = Issuer::start(&[&signer]);
    issuer.set(Mode::Hang);
    let server = server_of(&issuer, &[]).await;
    let asked = Instant::now();
    envelope(&write(&server, &signer.sign(good())).await, 503, "unavailable").await;
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    let asked = Instant::now();
    envelope(&write(&server, &signer.sign(good())).await, 503, "unavailable").await;
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn the_keys_are_fetched_even_if_the_client_that_needed_them_disconnects() {
    let signer = Signer::es256("known");
    let issuer = Issuer::start(&[]);
    let server = server_of(&issuer, &[]).await;
    later(MIN_FETCH_INTERVAL).await;
    issuer.set(Mode::Hang);
    let token = signer.sign(good());
    let first = Request::new("DELETE", "/products/1").header("authorization", format!("Bearer {token}"));
    let first = tokio::spawn(send(server.public, first));
    eventually("it is asked", async || issuer.fetches() == 2).await;
    first.abort();
    assert!(first.await.is_err());
    issuer.publish(&[&signer]);
    // Including the time of the unanswered fetch.
    later(MIN_FETCH_INTERVAL).await;
    assert_eq!(write(&server, &token).await.status, 201);
}

#[tokio::test]
async fn unusable_keys_in_a_set_are_ignored() {
    let signer = Signer::es256("good");
    let issuer = Issuer::start(&[]);
    let secret = URL_SAFE_NO_PAD.encode("secret");
    issuer.set(Mode::Publish(
        json!({"keys": [
            {"kty": "oct", "kid": "secret", "k": secret},
            {"kty": "EC", "kid": "curve", "crv": "secp256k1", "x": "AA", "y": "AA"},
            {"kty": "new", "kid": "new", "alg": "NEW"},
            signer.public(),
        ]})
        .to_string(),
    ));
    let server = server_of(&issuer, &[]).await;
    assert_eq!(write(&server, &signer.sign(good())).await.status, 201);
    let header = Header { kid: Some("secret".into()), ..Header::new(Algorithm::HS256) };
    let signed = encode(&header, &good(), &EncodingKey::from_secret(b"secret")).expect("a token");
    envelope(&write(&server, &signed).await, 401, "unauthorized").await;

    for useless in [" ".repeat(65 << 10) + &json!({"keys": []}).to_string(), "<html>".into()] {
        issuer.set(Mode::Publish(useless));
        later(FETCH_INTERVAL).await;
        assert_eq!(write(&server, &signer.sign(good())).await.status, 201, "the known keys are kept");
    }
}

#[tokio::test]
async fn a_key_in_a_file_needs_no_issuer() {
    for signer in [Signer::rs256(""), Signer::es256("")] {
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), pem("PUBLIC KEY", &signer.public_der)).unwrap();
        let flag = format!("--jwt-public-key={}", file.path().display());
        let server = TestServer::start(&["--jwt-jwks-url=", &flag]).await;
        let token = encode(&Header::new(signer.algorithm), &good(), &signer.key).expect("a token");
        assert_eq!(write(&server, &token).await.status, 201, "no key has to be named");
        assert_eq!(write(&server, &signer.sign(good())).await.status, 201);
        assert_eq!(write(&server, credential().trim_start_matches("Bearer ")).await.status, 401);
        let other = write(&server, &signer.sign(with("aud", json!("shop")))).await;
        assert_eq!(other.status, 401);
        assert_eq!(logs::about(other.header("x-request-id"))[0]["error"], "invalid", "the key is the right one");
    }
}

#[tokio::test]
async fn a_wrong_configuration_is_exit_code_2_with_every_problem_named() {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").unwrap();
    let file = file.path().to_str().expect("text");
    let private = NamedTempFile::new().unwrap();
    std::fs::write(private.path(), pem("PRIVATE KEY", &Signer::es256("").private_der)).unwrap();
    let private = private.path().to_str().expect("text");
    for (name, value) in [
        ("JWT_PUBLIC_KEY", file),
        ("JWT_PUBLIC_KEY", private),
        ("JWT_PUBLIC_KEY", "/no/such/file.pem"),
        ("JWT_JWKS_URL", ""),
        ("JWT_ISSUER", ""),
        ("JWT_AUDIENCE", ""),
    ] {
        let ended = run(&["serve"], &[(name, value), ("PORT", "eighty")]).await;
        assert_eq!((ended.code, ended.stdout), (Some(2), vec![]), "{name}={value}: {:?}", ended.stderr);
        for name in [name, "PORT"] {
            let line = ended.stderr.iter().find(|line| line.contains(&format!("{name}: ")));
            let line = line.unwrap_or_else(|| panic!("{name}={value}: {:?}", ended.stderr));
            assert!(value.is_empty() || !line.contains(value), "{line}");
        }
    }
}

#[tokio::test]
async fn the_trusted_issuer_has_no_default() {
    let keys = NamedTempFile::new().unwrap();
    std::fs::write(keys.path(), pem("PUBLIC KEY", &Signer::es256("").public_der)).unwrap();
    let keys = keys.path().to_str().expect("text");
    let (url, issuer, audience) =
        (("JWT_JWKS_URL", "http://issuer/keys"), ("JWT_ISSUER", "me"), ("JWT_AUDIENCE", "you"));
    for (given, named) in [
        (&[][..], &["JWT_ISSUER", "JWT_AUDIENCE", "JWT_JWKS_URL"][..]),
        (&[issuer, url], &["JWT_AUDIENCE"]),
        (&[audience, ("JWT_PUBLIC_KEY", keys)], &["JWT_ISSUER"]),
        (&[audience, issuer], &["JWT_JWKS_URL"]),
        (&[audience, issuer, url, ("JWT_PUBLIC_KEY", keys)], &["JWT_PUBLIC_KEY"]),
    ] {
        let ended = run(&["serve", "--port=0", "--admin-port=0"], given).await;
        assert_eq!((ended.code, ended.stdout), (Some(2), vec![]), "{given:?}: {:?}", ended.stderr);
        let problems = ended.stderr.iter().map(|line| line.trim_start_matches("error: ").trim());
        let problems: Vec<&str> = problems.filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
        assert_eq!(
            problems.iter().filter(|name| name.starts_with("JWT_")).collect::<Vec<_>>(),
            named.iter().collect::<Vec<_>>(),
            "{:?}",
            ended.stderr
        );
    }
    assert_eq!(run(&["openapi"], &[]).await.code, Some(0), "a command that verifies no token needs no issuer");
}

/// Serves this key set, and returns the status of a write with a token signed in this way.
async fn status_with(keys: &[Value], header: &Header, signer: &Signer) -> u16 {
    let issuer = Issuer::start(&[]);
    issuer.set(Mode::Publish(json!({"keys": keys}).to_string()));
    let server = server_of(&issuer, &[]).await;
    let token = encode(header, &good(), &signer.key).expect("a token");
    write(&server, &token).await.status
}

/// The public key with this member; null omits it.
fn jwk(signer: &Signer, member: &str, value: Value) -> Value {
    let mut jwk = json!(signer.public());
    jwk[member] = value;
    jwk.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    jwk
}

#[tokio::test]
async fn every_key_that_a_token_may_have_been_signed_with_is_tried() {
    let (rsa, ec, other) = (Signer::rs256("key"), Signer::es256("key"), Signer::es256("key"));
    let (named, unnamed) = (ec.header(), Header::new(Algorithm::ES256));
    let plain = |signer: &Signer| json!(signer.public());
    let nameless = |signer: &Signer| jwk(signer, "kid", Value::Null);
    for (case, keys, header) in [
        ("the token names no key", vec![plain(&ec)], &unnamed),
        ("neither names it", vec![nameless(&ec)], &unnamed),
        ("only the token names it", vec![nameless(&ec)], &named),
        ("a key of another type has the same name and stands first", vec![plain(&rsa), plain(&ec)], &named),
        ("a key of another type has no name and stands first", vec![nameless(&rsa), plain(&ec)], &unnamed),
        ("two keys share a name", vec![plain(&other), plain(&ec)], &named),
        ("two keys have no name", vec![nameless(&other), nameless(&ec)], &unnamed),
        ("a nameless key stands before the named one", vec![nameless(&other), plain(&ec)], &named),
        ("one for encryption stands first", vec![jwk(&ec, "use", json!("enc")), plain(&ec)], &named),
        ("one to wrap keys with stands first", vec![jwk(&ec, "key_ops", json!(["wrapKey"])), plain(&ec)], &named),
        ("one of another algorithm stands first", vec![jwk(&ec, "alg", json!("ES384")), plain(&ec)], &named),
        ("one of another curve stands first", vec![jwk(&ec, "crv", json!("P-384")), plain(&ec)], &named),
        ("one whose point is none stands first", vec![jwk(&ec, "x", json!("AAAA")), plain(&ec)], &named),
        ("one without a type stands first", vec![jwk(&ec, "kty", Value::Null), plain(&ec)], &named),
        ("one whose name is a number stands first", vec![jwk(&ec, "kid", json!(7)), plain(&ec)], &named),
        (
            "members that are no keys stand first",
            vec![json!(null), json!("key"), json!([1]), json!({}), plain(&ec)],
            &named,
        ),
        ("it is marked for signatures", vec![jwk(&ec, "use", json!("sig"))], &named),
        ("it is marked for verifying", vec![jwk(&ec, "key_ops", json!(["verify"]))], &named),
        ("it has unknown members", vec![jwk(&ec, "x-new", json!({"a": [1]}))], &named),
    ] {
        assert_eq!(status_with(&keys, header, &ec).await, 201, "{case}");
    }
    for (case, keys, status) in [
        ("for encryption only", vec![jwk(&ec, "use", json!("enc"))], 503),
        ("for wrapping only", vec![jwk(&ec, "key_ops", json!(["wrapKey"]))], 503),
        ("for another algorithm only", vec![jwk(&ec, "alg", json!("ES384"))], 503),
        ("another key of that name", vec![plain(&other)], 401),
        ("another key without a name", vec![nameless(&other)], 401),
    ] {
        assert_eq!(status_with(&keys, &named, &ec).await, status, "{case}");
    }
}

#[tokio::test]
async fn a_set_without_a_usable_key_does_not_replace_a_good_one() {
    let signer = Signer::es256("good");
    let issuer = Issuer::start(&[&signer]);
    let server = server_of(&issuer, &[]).await;
    assert_eq!(write(&server, &signer.sign(good())).await.status, 201);
    for useless in [
        json!({"keys": []}),
        json!({"keys": [jwk(&signer, "use", json!("enc"))]}),
        json!({"keys": [null, 1, {"kty": "oct", "k": "AAAA"}]}),
        json!({"keys": {}}),
        json!({}),
        json!([]),
    ] {
        let fetches = issuer.fetches();
        issuer.set(Mode::Publish(useless.to_string()));
        later(FETCH_INTERVAL).await;
        eventually("the keys are asked for again", async || issuer.fetches() > fetches).await;
        // Until the fetched set is accepted or rejected.
        for _ in 0..20 {
            assert_eq!(write(&server, &signer.sign(good())).await.status, 201, "{useless}");
        }
    }
}

#[tokio::test]
async fn keys_are_fetched_directly_despite_proxy_variables() {
    let signer = Signer::es256("direct");
    let issuer = Issuer::start(&[&signer]);
    let nowhere = "http://127.0.0.1:1";
    let environment = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].map(|name| (name, nowhere));
    let _server = Process::start_with(&[&issuer.flag()], &environment).await;
    eventually("the keys are asked for", async || issuer.fetches() > 0).await;
}
